// GuardedBytes holds a text between two pages that nobody may touch: reading one byte too far, or
// one too early, ends the program.
//
// Owns its memory, which has the same address for its life. Each text moves the one before it.
#ifndef FORKLIFT_TESTS_SUPPORT_GUARDED_BYTES_H_
#define FORKLIFT_TESTS_SUPPORT_GUARDED_BYTES_H_

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

#include "absl/log/check.h"

namespace forklift::tests {

class GuardedBytes {
 public:
  // For texts of up to `capacity` bytes.
  explicit GuardedBytes(size_t capacity)
      : page_(static_cast<size_t>(::sysconf(_SC_PAGESIZE))),
        size_((capacity + page_ - 1) / page_ * page_) {
    void* const memory =
        ::mmap(nullptr, size_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PCHECK(memory != MAP_FAILED);
    data_ = static_cast<char*>(memory) + page_;
    PCHECK(::mprotect(data_, size_, PROT_READ | PROT_WRITE) == 0);
  }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  ~GuardedBytes() { ::munmap(data_ - page_, size_ + 2 * page_); }

  // A copy of `text` whose last byte is the last that may be read.
  std::string_view AtEnd(std::string_view text) { return Copy(text, End(text.size())); }
  // A copy of `text` whose first byte is the first that may be read.
  std::string_view AtBegin(std::string_view text) { return Copy(text, data_); }
  // The last `size` bytes that may be read or written; 0 at first.
  char* End(size_t size) {
    CHECK_LE(size, size_);
    return data_ + size_ - size;
  }

 private:
  std::string_view Copy(std::string_view text, char* to) {
    CHECK_LE(text.size(), size_);
    if (!text.empty()) ::memcpy(to, text.data(), text.size());
    return std::string_view(to, text.size());
  }

  size_t page_;
  size_t size_;
  char* data_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_GUARDED_BYTES_H_
