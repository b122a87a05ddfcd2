// Runs one operation a number of times, for tools/instructions to count what that takes.
//
//   instructions                   says what its counts hold for, then the workloads, a line each
//   instructions WORKLOAD TIMES
#include <gnu/libc-version.h>
#include <stdint.h>
#include <stdio.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "forklift/benchmarks/instructions/workloads.h"
#include "forklift/http/instruction_set.h"

namespace forklift::benchmarks {
namespace {

#ifdef __clang__
constexpr char kCompiler[] = "";
#else
constexpr char kCompiler[] = "gcc ";
#endif
#ifdef NDEBUG
constexpr char kMode[] = "-c opt";
#else
constexpr char kMode[] = "not -c opt";
#endif

// The C library has a memcpy for each kind of processor, as the parsers have their loops.
void Describe() {
  const bool avx2 = http::BestInstructionSet() == http::InstructionSet::kAvx2;
  absl::PrintF("%s%s, %s, glibc %s, %s AVX2\n", kCompiler, __VERSION__, kMode,
               ::gnu_get_libc_version(), avx2 ? "with" : "without");
  for (const Workload& workload : Workloads()) absl::PrintF("%s\n", workload.name);
}

int Main(int argc, char** argv) {
  if (argc == 1) {
    Describe();
    return 0;
  }
  uint64_t times = 0;
  if (argc == 3 && absl::SimpleAtoi(argv[2], &times)) {
    for (const Workload& workload : Workloads()) {
      if (workload.name != argv[1]) continue;
      workload.run(times);
      return 0;
    }
  }
  absl::FPrintF(stderr, "usage: %s [WORKLOAD TIMES]\n", argv[0]);
  return 2;
}

}  // namespace
}  // namespace forklift::benchmarks

int main(int argc, char** argv) { return forklift::benchmarks::Main(argc, argv); }
