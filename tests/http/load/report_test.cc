// What text_report.h and json_report.h make of the same results.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/json_report.h"
#include "forklift/http/load/json_schema.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/text_report.h"
#include "forklift/http/load/timeline.h"
#include "forklift/tests/support/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::Json;

LoadResult Result() {
  LoadResult result = {.total = std::make_unique<Tally>()};
  for (int i = 1; i <= 1000; ++i) result.total->AddAnswer(200, i * 1000, kSecond);
  result.total->AddAnswer(404, kSecond, kSecond);
  result.total->received_bytes.Add(3 * 1024 * 1024);
  result.elapsed = absl::Seconds(2);
  result.busiest_worker = absl::Seconds(1);
  result.timeline = {{.answered = 600, .latency_sum = 1200, .latency_max = 5},
                     {.answered = 401, .failed = 1}};
  return result;
}

Json Parsed(const LoadOptions& options, const LoadResult& result) {
  std::optional<Json> json = tests::ParseJson(JsonReport("http://a/\"b\"", options, result));
  EXPECT_TRUE(json) << JsonReport("http://a/", options, result);
  return json.value_or(Json());
}

TEST(TextReportTest, SaysAllThatCounts) {
  const std::string report = TextReport({.connections = 64}, Result());
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
  LoadResult result = Result();
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
  EXPECT_THAT(Warnings({}, Result()), IsEmpty());
  LoadResult result = Result();
  result.busiest_worker = absl::Milliseconds(1900);
  EXPECT_THAT(Warnings({}, result), ElementsAre(HasSubstr("busy for 95 % of the time")));
  result = Result();
  result.total->AddLag(kSecond);
  EXPECT_THAT(Warnings({.rate = 5}, result), ElementsAre(HasSubstr("1 requests were sent more")));
  result = Result();
  result.total->AddFailures(Failure::kNotSent, 1, kSecond);
  EXPECT_THAT(Warnings({.rate = 5}, result),
              ElementsAre(HasSubstr("the failed ones have none"), HasSubstr("did not keep up")));
}

TEST(JsonReportTest, IsWhatItSays) {
  const Json json = Parsed({.connections = 64}, Result());
  EXPECT_EQ(json.Find("schema_version")->number, kJsonSchemaVersion);
  EXPECT_EQ(json.Find("target")->text, "http://a/\"b\"");
  EXPECT_EQ(json.Find("loop")->text, "closed");
  EXPECT_EQ(json.Find("requests")->number, 1001);
  EXPECT_EQ(json.Find("requests_per_second")->number, 500.5);
  EXPECT_EQ(json.Find("status_codes")->Find("404")->number, 1);
  EXPECT_NEAR(json.Find("latency")->Find("p50")->number, 0.000501, 0.000001);
  EXPECT_EQ(json.Find("service_time"), nullptr);
  double counted = 0;
  for (const Json& bucket : json.Find("histogram")->items) counted += bucket.items.at(1).number;
  EXPECT_EQ(counted, 1001);
  EXPECT_EQ(json.Find("timeline")->items.size(), 2u);
  EXPECT_EQ(json.Find("timeline")->items[0].Find("latency_mean")->number, 2e-9);
  EXPECT_THAT(json.Find("warnings")->items, IsEmpty());
}

TEST(JsonReportTest, OfAnOpenLoopAndOfNothing) {
  const Json json = Parsed({.rate = 2.5}, {.total = std::make_unique<Tally>()});
  EXPECT_EQ(json.Find("loop")->text, "open");
  EXPECT_EQ(json.Find("rate")->number, 2.5);
  EXPECT_NE(json.Find("service_time"), nullptr);
  EXPECT_EQ(json.Find("requests")->number, 0);
}

TEST(CsvReportTest, ALineASecond) {
  EXPECT_EQ(CsvReport(Result()),
            "second,answered,failed,latency_mean_s,latency_max_s\r\n"
            "0,600,0,0.000000002,0.000000005\r\n"
            "1,401,1,0.000000000,0.000000000\r\n");
}

}  // namespace
}  // namespace forklift::http::load
