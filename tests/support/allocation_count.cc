#include "forklift/tests/support/allocation_count.h"

#include <stddef.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <new>

namespace forklift::tests {
namespace {

std::atomic<size_t> allocations = 0;

void* Allocate(size_t size, size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  // As quick as without a count: benchmarks use it too.
  void* memory = nullptr;
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
    memory = ::malloc(std::max(size, size_t{1}));
  } else if (::posix_memalign(&memory, alignment, size) != 0) {
    memory = nullptr;
  }
  // No exceptions: a test that runs out of memory ends.
  if (memory == nullptr) ::abort();
  return memory;
}

}  // namespace

size_t AllocationCount() { return allocations.load(std::memory_order_relaxed); }

}  // namespace forklift::tests

// The forms that programs use, each with its counterpart: a sanitizer brings all of them, and does
// not let its own mix with ours.
void* operator new(size_t size) {
  return forklift::tests::Allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return operator new(size);
}
void* operator new(size_t size, std::align_val_t alignment) {
  return forklift::tests::Allocate(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return operator new(size);
}
void operator delete(void* memory) noexcept { ::free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { ::free(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { ::free(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { ::free(memory); }
void operator delete(void* memory, size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  ::free(memory);
}
void operator delete[](void* memory) noexcept { ::free(memory); }
void operator delete[](void* memory, size_t /*size*/) noexcept { ::free(memory); }
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept { ::free(memory); }
