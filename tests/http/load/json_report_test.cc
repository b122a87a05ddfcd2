#include "forklift/http/load/json_report.h"

#include <memory>
#include <optional>

#include "forklift/http/load/json_schema.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/tally.h"
#include "forklift/tests/http/load/sample_run.h"
#include "forklift/tests/support/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::IsEmpty;
using tests::Json;

Json Parsed(const LoadOptions& options, const LoadResult& result) {
  std::optional<Json> json = tests::ParseJson(JsonReport("http://a/\"b\"", options, result));
  EXPECT_TRUE(json) << JsonReport("http://a/", options, result);
  return json.value_or(Json());
}

TEST(JsonReportTest, IsWhatItSays) {
  const Json json = Parsed({.connections = 64}, MixedRun());
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
  EXPECT_EQ(CsvReport(MixedRun()),
            "second,answered,failed,latency_mean_s,latency_max_s\r\n"
            "0,600,0,0.000000002,0.000000005\r\n"
            "1,401,1,0.000000000,0.000000000\r\n");
}

}  // namespace
}  // namespace forklift::http::load
