#include "forklift/http/load/threshold.h"

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

// 1 to 1000 ms, each once, of 1000 answers and 2 errors in 10 s.
class ThresholdTest : public testing::Test {
 protected:
  ThresholdTest() {
    for (int i = 1; i <= 1'000; ++i) histogram_.Record(absl::Milliseconds(i));
  }

  ThresholdResult Evaluate(std::string_view text, const Measured& measured) {
    const absl::StatusOr<Threshold> threshold = Threshold::Parse(text);
    EXPECT_TRUE(threshold.ok()) << threshold.status();
    return threshold.ok() ? threshold->Evaluate(measured) : ThresholdResult();
  }
  ThresholdResult Evaluate(std::string_view text) {
    return Evaluate(text, {histogram_, 1'000, 2, absl::Seconds(10)});
  }

  bool IsMet(std::string_view text) { return Evaluate(text).met; }

  Histogram histogram_;
};

TEST_F(ThresholdTest, LatenciesAreThoseOfTheHistogram) {
  EXPECT_TRUE(IsMet("p99<991ms"));
  EXPECT_FALSE(IsMet("p99<990ms"));
  EXPECT_TRUE(IsMet("p99.9<=1s"));
  EXPECT_FALSE(IsMet("p99.9<=998ms"));
  EXPECT_TRUE(IsMet("p0<2ms"));
  EXPECT_TRUE(IsMet("p100<=1s"));
  EXPECT_FALSE(IsMet("p100<1s"));
  EXPECT_TRUE(IsMet("min>=1ms"));
  EXPECT_FALSE(IsMet("min>1ms"));
  EXPECT_TRUE(IsMet("max<=1000ms"));
  EXPECT_FALSE(IsMet("max<1s"));
  EXPECT_TRUE(IsMet("mean<501ms"));
  EXPECT_FALSE(IsMet("mean<500ms"));
}

TEST_F(ThresholdTest, ErrorsAreANumberOrAPartOfAllRequests) {
  EXPECT_TRUE(IsMet("errors<=2"));
  EXPECT_FALSE(IsMet("errors<2"));
  EXPECT_TRUE(IsMet("errors>=2"));
  EXPECT_FALSE(IsMet("errors>2"));
  EXPECT_TRUE(IsMet("errors<0.2%"));
  EXPECT_FALSE(IsMet("errors<0.199%"));
  EXPECT_FALSE(IsMet("errors<=0%"));
  EXPECT_TRUE(IsMet("errors<100%"));
}

TEST_F(ThresholdTest, TheRateIsOfAnswersASecond) {
  EXPECT_TRUE(IsMet("rate>=100"));
  EXPECT_FALSE(IsMet("rate>100"));
  EXPECT_TRUE(IsMet("rate>99.99"));
}

TEST_F(ThresholdTest, MessagesSayWhatWasWantedAndWhatWasMeasured) {
  EXPECT_EQ(Evaluate("max<50ms").message, "max<50ms: measured 1s");
  EXPECT_EQ(Evaluate(" p50 <= 50ms ").message, "p50 <= 50ms: measured 500.170751ms");
  EXPECT_EQ(Evaluate("errors<=1").message, "errors<=1: measured 2");
  EXPECT_EQ(Evaluate("errors<0.1%").message, "errors<0.1%: measured 0.199601%");
  EXPECT_EQ(Evaluate("rate>1000").message, "rate>1000: measured 100/s");
}

TEST_F(ThresholdTest, WhatWasNotMeasuredIsNotMet) {
  const Histogram empty;
  for (std::string_view text :
       {"p99<50ms", "min<1s", "max<1s", "mean<1s", "errors<1%", "errors<=5", "rate<10"}) {
    const ThresholdResult result = Evaluate(text, {.latency = empty});
    EXPECT_FALSE(result.met) << text;
    EXPECT_EQ(result.message, absl::StrCat(text, ": nothing was measured"));
  }
  // Errors alone are a measurement of them, and of the rate.
  const Measured refused = {.latency = empty, .errors = 7, .duration = absl::Seconds(1)};
  EXPECT_EQ(Evaluate("errors<1%", refused).message, "errors<1%: measured 100%");
  EXPECT_EQ(Evaluate("rate>0", refused).message, "rate>0: measured 0/s");
  EXPECT_FALSE(Evaluate("rate>0", refused).met);
  EXPECT_FALSE(Evaluate("p99<50ms", refused).met);
}

std::string Refusal(std::string_view text) {
  const absl::StatusOr<Threshold> threshold = Threshold::Parse(text);
  EXPECT_TRUE(absl::IsInvalidArgument(threshold.status())) << text;
  return std::string(threshold.status().message());
}

TEST_F(ThresholdTest, RefusalsNameThePartThatIsWrong) {
  EXPECT_EQ(Refusal(""), "'' is no threshold such as p99<50ms");
  EXPECT_EQ(Refusal("p99"), "'p99' is no threshold such as p99<50ms");
  EXPECT_EQ(Refusal("p99=50ms"), "'p99=50ms' is no threshold such as p99<50ms");
  constexpr std::string_view kNoMetric = "' is none of p0 to p100, min, max, mean, errors and rate";
  for (std::string_view metric : {"", "q99", "99", "Max", "maxi", "errors%"}) {
    EXPECT_EQ(Refusal(absl::StrCat(metric, "<1s")),
              absl::StrCat("threshold '", metric, "<1s': '", metric, kNoMetric));
  }
  for (std::string_view metric : {"p", "p-1", "p100.1", "pnan", "px", "p9 9x"}) {
    EXPECT_EQ(
        Refusal(absl::StrCat(metric, "<1s")),
        absl::StrCat("threshold '", metric, "<1s': '", metric, "' is no percentile, p0 to p100"));
  }
  for (std::string_view limit : {"", "50", "x", "-1s", "inf", "<1s", "1s1"}) {
    EXPECT_EQ(Refusal(absl::StrCat("p99<", limit)),
              absl::StrCat("threshold 'p99<", limit, "': '", limit,
                           "' is no duration (write 10s or 500ms)"));
  }
  for (std::string_view limit : {"%", "-1%", "101%", "nan%", "1%%"}) {
    EXPECT_EQ(Refusal(absl::StrCat("errors<", limit)),
              absl::StrCat("threshold 'errors<", limit, "': '", limit,
                           "' is no percentage from 0% to 100%"));
  }
  for (std::string_view limit : {"", "x", "-1", "nan", "inf", "5%", "10ms"}) {
    EXPECT_EQ(Refusal(absl::StrCat("rate>", limit)),
              absl::StrCat("threshold 'rate>", limit, "': '", limit, "' is no number from 0 on"));
  }
  EXPECT_EQ(Refusal("max<\n\x01"),
            R"(threshold 'max<\n\x01': '\x01' is no duration (write 10s or 500ms))");
}

TEST_F(ThresholdTest, SeveralHaveCommasBetween) {
  const absl::StatusOr<std::vector<Threshold>> some = ParseThresholds("p99<50ms, errors<0.1%");
  ASSERT_TRUE(some.ok()) << some.status();
  ASSERT_EQ(some->size(), 2u);
  EXPECT_EQ((*some)[0].text(), "p99<50ms");
  EXPECT_EQ((*some)[1].text(), "errors<0.1%");
  EXPECT_FALSE(ParseThresholds("p99<50ms,").ok());
  EXPECT_FALSE(ParseThresholds("").ok());
  std::string many = "max<1s";
  for (size_t i = 1; i < kMaxThresholds; ++i) many += ",max<1s";
  EXPECT_TRUE(ParseThresholds(many).ok());
  EXPECT_EQ(ParseThresholds(many + ",max<1s").status().message(), "more than 100 thresholds");
}

}  // namespace
}  // namespace forklift::http::load
