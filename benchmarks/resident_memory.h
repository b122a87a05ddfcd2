// ResidentMemory makes the process as large as a benchmark wants it: what fork copies the page
// tables of.
#ifndef FORKLIFT_BENCHMARKS_RESIDENT_MEMORY_H_
#define FORKLIFT_BENCHMARKS_RESIDENT_MEMORY_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "absl/log/check.h"

namespace forklift {

class ResidentMemory {
 public:
  // In small pages, as a heap that has grown has them.
  explicit ResidentMemory(int64_t mebibytes) : size_(static_cast<size_t>(mebibytes) << 20) {
    memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PCHECK(memory_ != MAP_FAILED) << "mmap";
    ::madvise(memory_, size_, MADV_NOHUGEPAGE);
    ::memset(memory_, 1, size_);
  }
  ~ResidentMemory() { ::munmap(memory_, size_); }
  ResidentMemory(const ResidentMemory&) = delete;
  ResidentMemory& operator=(const ResidentMemory&) = delete;

 private:
  size_t size_;
  void* memory_;
};

}  // namespace forklift

#endif  // FORKLIFT_BENCHMARKS_RESIDENT_MEMORY_H_
