#include "forklift/http/instruction_set.h"

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(InstructionSetTest, WordsAndTheBestAreAvailable) {
  EXPECT_TRUE(IsAvailable(InstructionSet::kPortable));
  EXPECT_TRUE(IsAvailable(BestInstructionSet()));
}

TEST(InstructionSetTest, TheBestIsTheLastThatIsAvailable) {
  for (const InstructionSet set : {InstructionSet::kSse2, InstructionSet::kAvx2}) {
    EXPECT_EQ(IsAvailable(set), set <= BestInstructionSet());
  }
}

}  // namespace
}  // namespace forklift::http
