#include "forklift/http/load/stages.h"

#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

std::vector<Stage> Parsed(std::string_view text, StageValue kind = StageValue::kRate) {
  const absl::StatusOr<std::vector<Stage>> stages = ParseStages(text, kind);
  EXPECT_TRUE(stages.ok()) << stages.status();
  return stages.value_or(std::vector<Stage>());
}

std::string Refusal(std::string_view text, StageValue kind = StageValue::kRate) {
  const absl::StatusOr<std::vector<Stage>> stages = ParseStages(text, kind);
  EXPECT_TRUE(absl::IsInvalidArgument(stages.status())) << text;
  return std::string(stages.status().message());
}

TEST(StagesTest, Parse) {
  EXPECT_EQ(Parsed("10s:100"), std::vector<Stage>({{absl::Seconds(10), 100}}));
  EXPECT_EQ(
      Parsed("10s:100,1m30s:0,250ms:0.5"),
      std::vector<Stage>(
          {{absl::Seconds(10), 100}, {absl::Seconds(90), 0}, {absl::Milliseconds(250), 0.5}}));
  EXPECT_EQ(Parsed("24h:1e9"), std::vector<Stage>({{absl::Hours(24), 1e9}}));
  EXPECT_EQ(Parsed("1s:1000000", StageValue::kCount),
            std::vector<Stage>({{absl::Seconds(1), 1e6}}));
}

TEST(StagesTest, RefusalsNameThePartThatIsWrong) {
  EXPECT_EQ(Refusal(""), "stage '': '' is no DURATION:VALUE, such as 10s:100");
  EXPECT_EQ(Refusal("10s:1,"), "stage '': '' is no DURATION:VALUE, such as 10s:100");
  EXPECT_EQ(Refusal("100"), "stage '100': '100' is no DURATION:VALUE, such as 10s:100");
  EXPECT_EQ(Refusal("10s:1,x:2,3"), "stage 'x:2': 'x' is no duration (write 10s or 500ms)");
  EXPECT_EQ(Refusal("10:1"), "stage '10:1': '10' is no duration (write 10s or 500ms)");
  EXPECT_EQ(Refusal("0:1"), "stage '0:1': '0' is no duration above 0 and up to 24h");
  EXPECT_EQ(Refusal("-1s:1"), "stage '-1s:1': '-1s' is no duration above 0 and up to 24h");
  EXPECT_EQ(Refusal("25h:1"), "stage '25h:1': '25h' is no duration above 0 and up to 24h");
  EXPECT_EQ(Refusal("inf:1"), "stage 'inf:1': 'inf' is no duration above 0 and up to 24h");
  for (std::string_view value : {"", "x", "-1", "nan", "inf", "1e10", "1:2", "1 2"}) {
    EXPECT_EQ(
        Refusal(absl::StrCat("1s:", value)),
        absl::StrCat("stage '1s:", value, "': '", value, "' is no number from 0 to 1000000000"));
  }
  EXPECT_EQ(Refusal("1s:2.5", StageValue::kCount), "stage '1s:2.5': '2.5' is no whole number");
  EXPECT_EQ(Refusal("1s:1000001", StageValue::kCount),
            "stage '1s:1000001': '1000001' is no number from 0 to 1000000");
  EXPECT_EQ(Refusal("1s:\n"), R"(stage '1s:\n': '\n' is no number from 0 to 1000000000)");
}

TEST(StagesTest, NoMoreThanTheLimit) {
  std::string text = "1s:1";
  for (size_t i = 1; i < kMaxStages; ++i) text += ",1s:1";
  EXPECT_EQ(Parsed(text).size(), kMaxStages);
  EXPECT_EQ(Refusal(text + ",1s:1"), "more than 100 stages");
}

TEST(StagesTest, EachHoldsFromItsStartUntilItsEnd) {
  const std::vector<Stage> stages = Parsed("10s:100,20s:0,30s:7");
  EXPECT_EQ(TotalDuration(stages), absl::Seconds(60));
  constexpr absl::Duration kInstant = absl::Nanoseconds(1);
  EXPECT_EQ(ValueAt(stages, -kInstant), 0);
  EXPECT_EQ(ValueAt(stages, absl::ZeroDuration()), 100);
  EXPECT_EQ(ValueAt(stages, absl::Seconds(10) - kInstant), 100);
  EXPECT_EQ(ValueAt(stages, absl::Seconds(10)), 0);
  EXPECT_EQ(ValueAt(stages, absl::Seconds(30) - kInstant), 0);
  EXPECT_EQ(ValueAt(stages, absl::Seconds(30)), 7);
  EXPECT_EQ(ValueAt(stages, absl::Seconds(60) - kInstant), 7);
  EXPECT_EQ(ValueAt(stages, absl::Seconds(60)), 0);
  EXPECT_EQ(ValueAt(stages, absl::InfiniteDuration()), 0);
}

TEST(StagesTest, NoneIsNothingThroughout) {
  EXPECT_EQ(TotalDuration({}), absl::ZeroDuration());
  EXPECT_EQ(ValueAt({}, absl::ZeroDuration()), 0);
}

TEST(StagesTest, ArrivalsFollowThem) {
  const std::vector<Stage> stages = Parsed("2s:100,1s:0,3s:33.5");
  int sent = 0;
  for (int worker : {0, 1, 2}) {
    Arrivals arrivals({.rate = 0, .workers = 3, .worker = worker});
    absl::Duration start;
    for (const Stage& stage : stages) {
      arrivals.SetRate(start, stage.value);
      start += stage.duration;
    }
    arrivals.SetRate(start, 0);
    for (; arrivals.next() < absl::InfiniteDuration(); arrivals.Advance()) {
      ASSERT_GT(ValueAt(stages, arrivals.next()), 0) << arrivals.next();
      ++sent;
    }
  }
  EXPECT_EQ(sent, 200 + 101);  // of the last half, its beginning
}

}  // namespace
}  // namespace forklift::http::load
