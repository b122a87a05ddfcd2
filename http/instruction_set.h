// InstructionSet names the ways in which the parsers can look at bytes.
//
// All give the same results; the best that the processor has is found out when the program runs.
#ifndef FORKLIFT_HTTP_INSTRUCTION_SET_H_
#define FORKLIFT_HTTP_INSTRUCTION_SET_H_

namespace forklift::http {

enum class InstructionSet {
  kPortable,  // words of any processor
  kSse2,      // what every x86-64 has
  kAvx2,
};

#ifdef __SSE2__

// Before a function that may use AVX2 and what comes with it, whatever the rest is compiled for.
#define FORKLIFT_TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2")))

inline bool IsAvailable(InstructionSet set) {
  return set != InstructionSet::kAvx2 ||
         (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
          __builtin_cpu_supports("bmi2"));
}

inline InstructionSet BestInstructionSet() {
  return IsAvailable(InstructionSet::kAvx2) ? InstructionSet::kAvx2 : InstructionSet::kSse2;
}

#else

inline bool IsAvailable(InstructionSet set) { return set == InstructionSet::kPortable; }

inline InstructionSet BestInstructionSet() { return InstructionSet::kPortable; }

#endif

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_INSTRUCTION_SET_H_
