#include "forklift/http/load/tally.h"

#include <stddef.h>

#include <memory>

#include "absl/time/time.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(TallyTest, CountsAnswersFailuresAndLags) {
  const auto tally = std::make_unique<Tally>();
  tally->AddAnswer(200, 3000, kSecond);
  tally->AddAnswer(503, 5000, 2 * kSecond);
  tally->AddFailures(Failure::kReset, 1, kSecond);
  tally->AddLag(kSecond / 1000);  // a millisecond is not late
  tally->AddLag(kSecond / 1000 + 1);
  EXPECT_EQ(tally->answered.value(), 2u);
  EXPECT_EQ(tally->failed.value(), 1u);
  EXPECT_EQ(tally->statuses[200], 1u);
  EXPECT_EQ(tally->statuses[503], 1u);
  EXPECT_EQ(tally->failures[static_cast<size_t>(Failure::kReset)], 1u);
  EXPECT_EQ(tally->latency.max(), absl::Microseconds(5));
  EXPECT_EQ(tally->last_answer, 2 * kSecond);
  EXPECT_EQ(tally->late, 1u);
  EXPECT_EQ(tally->worst_lag, kSecond / 1000 + 1);
}

TEST(TallyTest, TalliesAddUp) {
  const auto one = std::make_unique<Tally>();
  const auto other = std::make_unique<Tally>();
  for (Tally* const tally : {one.get(), other.get()}) {
    tally->AddAnswer(200, 1000, kSecond);
    tally->AddFailures(Failure::kClosed, 1, kSecond);
    tally->AddLag(kSecond);
    tally->received_bytes.Add(1);
    tally->sent_bytes.Add(2);
    tally->connections.Add(3);
    tally->sent_again.Add(4);
    tally->warm_up.Add(5);
    tally->open.Add(6);
    tally->cpu_time = 7;
  }
  one->Merge(*other);
  EXPECT_EQ(one->answered.value(), 2u);
  EXPECT_EQ(one->failed.value(), 2u);
  EXPECT_EQ(one->statuses[200], 2u);
  EXPECT_EQ(one->failures[static_cast<size_t>(Failure::kClosed)], 2u);
  EXPECT_EQ(one->latency.count(), 2u);
  EXPECT_EQ(one->late, 2u);
  EXPECT_EQ(one->received_bytes.value(), 2u);
  EXPECT_EQ(one->sent_bytes.value(), 4u);
  EXPECT_EQ(one->connections.value(), 6u);
  EXPECT_EQ(one->sent_again.value(), 8u);
  EXPECT_EQ(one->warm_up.value(), 10u);
  EXPECT_EQ(one->cpu_time, 14);
  EXPECT_EQ(one->open.value(), 6u);  // is of one moment
}

}  // namespace
}  // namespace forklift::http::load
