// ForwardMemory holds a text of which no more can be read than the page that is looked at and the
// one before it, and counts how often that window moves: so a test sees, without a clock, that a
// function looks at a text once, from its beginning to its end.
//
// Owns its memory, and SIGSEGV for its life. One object at a time, for a program with one thread.
//
//   const tests::ForwardMemory memory(text);
//   Parse(memory.text());
//   EXPECT_LE(memory.moves(), memory.pages());
#ifndef FORKLIFT_TESTS_SUPPORT_FORWARD_MEMORY_H_
#define FORKLIFT_TESTS_SUPPORT_FORWARD_MEMORY_H_

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

#include "absl/log/check.h"

namespace forklift::tests {

class ForwardMemory {
 public:
  explicit ForwardMemory(std::string_view text)
      : page_(static_cast<size_t>(::sysconf(_SC_PAGESIZE))),
        pages_((text.size() + page_ - 1) / page_),
        text_size_(text.size()) {
    void* const memory =
        ::mmap(nullptr, pages_ * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PCHECK(memory != MAP_FAILED);
    data_ = static_cast<char*>(memory);
    ::memcpy(data_, text.data(), text.size());
    PCHECK(::mprotect(data_, pages_ * page_, PROT_NONE) == 0);
    CHECK(current_ == nullptr);
    current_ = this;
    struct sigaction action = {};
    action.sa_sigaction = [](int, siginfo_t* info, void*) { current_->Move(info->si_addr); };
    action.sa_flags = SA_SIGINFO;
    PCHECK(::sigaction(SIGSEGV, &action, &before_) == 0);
  }
  ForwardMemory(const ForwardMemory&) = delete;
  ForwardMemory& operator=(const ForwardMemory&) = delete;
  ~ForwardMemory() {
    ::sigaction(SIGSEGV, &before_, nullptr);
    current_ = nullptr;
    ::munmap(data_, pages_ * page_);
  }

  std::string_view text() const { return std::string_view(data_, text_size_); }
  size_t pages() const { return pages_; }
  size_t moves() const { return moves_; }

 private:
  // Called where `at` could not be read; the reading is then tried again.
  void Move(const void* at) {
    const size_t page = static_cast<size_t>(static_cast<const char*>(at) - data_) / page_;
    if (page >= pages_) {  // a fault of the program's own, which ends it
      ::sigaction(SIGSEGV, &before_, nullptr);
      return;
    }
    moves_ = moves_ + 1;
    const size_t first = page == 0 ? 0 : page - 1;
    ::mprotect(data_, pages_ * page_, PROT_NONE);
    ::mprotect(data_ + first * page_, (page - first + 1) * page_, PROT_READ);
  }

  inline static ForwardMemory* current_ = nullptr;

  size_t page_;
  size_t pages_;
  size_t text_size_;
  char* data_;
  volatile size_t moves_ = 0;
  struct sigaction before_ = {};
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_FORWARD_MEMORY_H_
