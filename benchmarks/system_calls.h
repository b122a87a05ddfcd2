// SystemCallsOf counts how often an operation calls the kernel.
//
// A child traces this process meanwhile (ptrace(2)). Only the calling thread's calls count, which
// is to be the process' first; not those of processes that the operation starts.
#ifndef FORKLIFT_BENCHMARKS_SYSTEM_CALLS_H_
#define FORKLIFT_BENCHMARKS_SYSTEM_CALLS_H_

#include <stddef.h>

#include <optional>

#include "absl/functional/function_ref.h"

namespace forklift::benchmarks {

// Runs the operation once. Nothing where the process may not be traced: it does not run then.
std::optional<size_t> SystemCallsOf(absl::FunctionRef<void()> operation);

}  // namespace forklift::benchmarks

#endif  // FORKLIFT_BENCHMARKS_SYSTEM_CALLS_H_
