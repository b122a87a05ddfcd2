#include "forklift/proc/huge_text.h"

#include <stdint.h>
#include <stdio.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

#ifdef __x86_64__
// A function with more than a huge page of text on either side.
extern "C" int Answer();
asm(R"(
  .text
  .skip 0x220000, 0xcc
  .globl Answer
  .type Answer, @function
Answer:
  movl $42, %eax
  ret
  .skip 0x220000, 0xcc
)");
#endif

namespace forklift::proc {
namespace {

#ifdef __x86_64__

// KiB of huge pages in the mapping that `address` lies in.
int64_t HugeKib(uintptr_t address) {
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    uintptr_t begin = 0, end = 0;
    if (::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      inside = begin <= address && address < end;
    } else if (inside && absl::StartsWith(line, "AnonHugePages:")) {
      int64_t kib = 0;
      const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
      EXPECT_TRUE(words.size() > 1 && absl::SimpleAtoi(words[1], &kib)) << line;
      return kib;
    }
  }
  return 0;
}

// In a child, as it cannot be undone.
TEST(HugeTextTest, TheProgramGoesOnFromHugePages) {
  const int result = tests::InChild([] {
    const auto address = reinterpret_cast<uintptr_t>(&Answer);
    if (Answer() != 42 || HugeKib(address) != 0) return 1;
    const absl::Status moved = MoveTextToHugePages();
    if (Answer() != 42) return 2;
    if (moved.ok()) return HugeKib(address) >= 2048 ? 0 : 3;
    ::fprintf(stderr, "no huge pages here: %s\n", std::string(moved.message()).c_str());
    return HugeKib(address) == 0 ? 0 : 4;
  });
  EXPECT_EQ(result, 0);
}

#endif

}  // namespace
}  // namespace forklift::proc
