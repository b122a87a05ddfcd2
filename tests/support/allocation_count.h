// AllocationCount tells how many times the program has allocated by operator new, which is replaced
// in every program that this is linked into.
//
// Thread-safe.
//
//   const size_t before = AllocationCount();
//   Work();
//   EXPECT_EQ(AllocationCount(), before);
#ifndef FORKLIFT_TESTS_SUPPORT_ALLOCATION_COUNT_H_
#define FORKLIFT_TESTS_SUPPORT_ALLOCATION_COUNT_H_

#include <stddef.h>

namespace forklift::tests {

size_t AllocationCount();

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_ALLOCATION_COUNT_H_
