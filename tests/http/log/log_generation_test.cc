#include "forklift/http/log/log_generation.h"

#include <memory>

#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

// How often it is told to follow, within `times`.
int Follows(LogGeneration& generation, int times, bool succeeds) {
  int follows = 0;
  for (int i = 0; i < times; ++i) {
    generation.FollowBy([&] {
      ++follows;
      return succeeds;
    });
  }
  return follows;
}

TEST(LogGenerationTest, WhoBeginsOneNeedNotFollow) {
  const std::unique_ptr<LogGeneration> generation = *LogGeneration::Create();
  EXPECT_EQ(Follows(*generation, 2, true), 0);
  generation->Begin();
  EXPECT_EQ(Follows(*generation, 2, true), 0);
}

TEST(LogGenerationTest, OthersFollowOnceAndUntilItSucceeds) {
  const std::unique_ptr<LogGeneration> generation = *LogGeneration::Create();
  EXPECT_EQ(tests::InChild([&] {
              generation->Begin();
              generation->Begin();
              return 0;
            }),
            0);
  EXPECT_EQ(Follows(*generation, 3, false), 3);
  EXPECT_EQ(Follows(*generation, 3, true), 1);
}

TEST(LogGenerationTest, AProcessThatIsForkedLaterHearsOfIt) {
  const std::unique_ptr<LogGeneration> generation = *LogGeneration::Create();
  ASSERT_EQ(tests::InChild([&] {
              generation->Begin();
              return 0;
            }),
            0);
  EXPECT_EQ(tests::InChild([&] { return Follows(*generation, 3, true); }), 1);
}

}  // namespace
}  // namespace forklift::http::log
