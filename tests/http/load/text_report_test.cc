#include "forklift/http/load/text_report.h"

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/tally.h"
#include "forklift/tests/http/load/sample_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(TextReportTest, SaysAllThatCounts) {
  const std::string report = TextReport({.connections = 64}, MixedRun());
  for (const std::string_view part :
       {"closed loop; 64 connections by 1 worker", "answered       1,001 of 1,001 requests",
        "requests/s     500.5", "received       3.00 MiB, 1.50 MiB/s", "p50         501.2 us",
        "max              1 s", "200 OK         1,000", "404 Not Found  1"}) {
    EXPECT_THAT(report, HasSubstr(std::string(part)));
  }
  EXPECT_THAT(report, Not(HasSubstr("Failures")));
  EXPECT_THAT(report, Not(HasSubstr("To mistrust")));
  for (const std::string_view line : absl::StrSplit(report, '\n')) EXPECT_LE(line.size(), 100u);
}

TEST(TextReportTest, OfAnOpenLoopHasBothLatencies) {
  LoadResult result = MixedRun();
  result.total->service_time.Record(absl::Microseconds(7));
  const std::string report = TextReport({.rate = 500, .spacing = Spacing::kPoisson}, result);
  EXPECT_THAT(report, HasSubstr("open loop, 500 requests/s as a Poisson process"));
  EXPECT_THAT(report, HasSubstr("p50         501.2 us |        7 us"));
}

TEST(TextReportTest, OfNothing) {
  LoadResult result = {.total = std::make_unique<Tally>()};
  result.total->AddFailures(Failure::kRefused, 1, kSecond);
  const std::string report = TextReport({}, result);
  EXPECT_THAT(report, HasSubstr("0 of 1 requests"));
  EXPECT_THAT(report, HasSubstr("connection refused               1\n"));
  EXPECT_THAT(report, Not(HasSubstr("nan")));
}

TEST(WarningsTest, EachHasItsReason) {
  EXPECT_THAT(Warnings({}, MixedRun()), IsEmpty());
  LoadResult result = MixedRun();
  result.busiest_worker = absl::Milliseconds(1900);
  EXPECT_THAT(Warnings({}, result), ElementsAre(HasSubstr("busy for 95 % of the time")));
  result = MixedRun();
  result.total->AddLag(kSecond);
  EXPECT_THAT(Warnings({.rate = 5}, result), ElementsAre(HasSubstr("1 requests were sent more")));
  result = MixedRun();
  result.total->AddFailures(Failure::kNotSent, 1, kSecond);
  EXPECT_THAT(Warnings({.rate = 5}, result),
              ElementsAre(HasSubstr("the failed ones have none"), HasSubstr("did not keep up")));
}

}  // namespace
}  // namespace forklift::http::load
