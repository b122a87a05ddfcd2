// The operations whose instructions are counted: the ones that every request, or every measured
// one, pays for.
//
// Each does the same in every process, down to the instruction: no clock, no randomness, no hash of
// an address; and names the instruction set where the library would ask the processor.
#ifndef FORKLIFT_BENCHMARKS_INSTRUCTIONS_WORKLOADS_H_
#define FORKLIFT_BENCHMARKS_INSTRUCTIONS_WORKLOADS_H_

#include <stdint.h>

#include <string_view>

#include "absl/types/span.h"

namespace forklift::benchmarks {

struct Workload {
  std::string_view name;
  void (*run)(uint64_t times);
};

// In the order of their names.
absl::Span<const Workload> Workloads();

}  // namespace forklift::benchmarks

#endif  // FORKLIFT_BENCHMARKS_INSTRUCTIONS_WORKLOADS_H_
