// GuardedText is a copy of a text whose last byte is the last of its page, with a page behind it
// that nobody may touch: one byte read too far is a fault, not luck.
//
// For code that reads several bytes at once. Owns its pages. Not for signal handlers.
#ifndef FORKLIFT_TESTS_SUPPORT_GUARDED_TEXT_H_
#define FORKLIFT_TESTS_SUPPORT_GUARDED_TEXT_H_

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

#include "absl/log/check.h"

namespace forklift::tests {

class GuardedText {
 public:
  explicit GuardedText(std::string_view text) : GuardedText(text.size()) {
    if (!text.empty()) ::memcpy(data(), text.data(), text.size());
  }

  // Of zero bytes.
  explicit GuardedText(size_t size) : size_(size) {
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    readable_ = (size + page - 1) / page * page;
    mapped_ = readable_ + page;
    void* const pages =
        ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PCHECK(pages != MAP_FAILED);
    pages_ = static_cast<char*>(pages);
    PCHECK(::mprotect(pages_ + readable_, page, PROT_NONE) == 0);
  }

  GuardedText(const GuardedText&) = delete;
  GuardedText& operator=(const GuardedText&) = delete;
  ~GuardedText() { ::munmap(pages_, mapped_); }

  char* data() { return pages_ + readable_ - size_; }
  std::string_view text() { return std::string_view(data(), size_); }

 private:
  size_t size_;
  size_t readable_ = 0;
  size_t mapped_ = 0;
  char* pages_ = nullptr;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_GUARDED_TEXT_H_
