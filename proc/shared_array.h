// SharedArray is memory that a process shares with the children that it forks after it was made:
// what one of them writes, the others see.
//
// Owns the mapping (MAP_SHARED | MAP_ANONYMOUS); each process that inherits it by fork(2) has its
// own reference, and exec drops it. The elements are for the user to make safe: atomics that need
// no lock, as a process may be killed at any point. Never blocks. operator[] may be called in a
// signal handler, and from any thread and process that shares the array.
//
//   auto counts = SharedArray<std::atomic<uint64_t>>::Create(workers);
//   if (!counts.ok()) return counts.status();
//   (*counts)[worker].fetch_add(1);
#ifndef FORKLIFT_PROC_SHARED_ARRAY_H_
#define FORKLIFT_PROC_SHARED_ARRAY_H_

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/posix_error.h"

namespace forklift::proc {

template <typename T>
class SharedArray {
  static_assert(std::is_trivially_destructible_v<T>, "nobody knows which process is the last");

 public:
  // `size` elements, each as T() makes it. Dies where that is 0; fails where there is no memory
  // (mmap(2)).
  static absl::StatusOr<SharedArray> Create(size_t size) {
    CHECK_GT(size, 0u) << "SharedArray of nothing";
    CHECK_LE(size, std::numeric_limits<size_t>::max() / sizeof(T)) << "SharedArray: too large";
    void* const memory = ::mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      return net::PosixError(errno, absl::StrCat("mmap of ", size * sizeof(T), " shared bytes"));
    }
    T* const elements = static_cast<T*>(memory);
    std::uninitialized_value_construct_n(elements, size);
    return SharedArray(elements, size);
  }

  SharedArray(SharedArray&& other) noexcept
      : elements_(std::exchange(other.elements_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  SharedArray& operator=(SharedArray&&) = delete;
  ~SharedArray() {
    if (elements_ != nullptr) ::munmap(elements_, size_ * sizeof(T));
  }

  // Dies where there is no such element.
  T& operator[](size_t index) const {
    CHECK_LT(index, size_) << "SharedArray: no such element";
    return elements_[index];
  }

  size_t size() const { return size_; }

 private:
  SharedArray(T* elements, size_t size) : elements_(elements), size_(size) {}

  T* elements_;  // the mapping
  size_t size_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_SHARED_ARRAY_H_
