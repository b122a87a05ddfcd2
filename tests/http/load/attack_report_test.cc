#include "forklift/http/load/attack_report.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"
#include "forklift/http/load/failure.h"
#include "forklift/tests/support/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::Json;

AttackOptions Options() { return {.kind = AttackKind::kSlowHead, .connections = 5}; }

AttackResult Result() {
  AttackResult result = {.opened = 1234,
                         .statuses = {{408, 1200}, {999, 1}},
                         .failures = {{Failure::kClosed, 20}, {Failure::kRefused, 7}},
                         .reset_here = 8,
                         .held = 5,
                         .connecting = 2,
                         .sent_bytes = 2048,
                         .received_bytes = 3,
                         .elapsed = absl::Seconds(10)};
  for (int i = 1; i <= 3; ++i) result.held_for->Record(absl::Milliseconds(i));
  return result;
}

TEST(AttackReportTest, ForAPerson) {
  AttackResult result = Result();
  result.interrupted = true;
  const std::string report = AttackTextReport(Options(), result);
  for (const std::string_view part :
       {"attack: slow-head; 5 connections; a step every 1 s; interrupted\n",
        "  time           10 s\n", "  opened         1,234 connections\n", "  still open     5\n",
        "  still trying   2\n", "  sent           2.00 KiB\n", "  received       3 B\n",
        "  min            1 ms\n", "  median         2.001 ms\n", "  max            3 ms\n",
        "  answered 408 Request Timeout               1,200\n",
        "  closed without a response                  20\n",
        "  connection refused                         7\n",
        "  reset by this attack                       8\n"}) {
    EXPECT_THAT(report, HasSubstr(std::string(part)));
  }
  for (const std::string_view line : absl::StrSplit(report, '\n')) EXPECT_LE(line.size(), 100u);
}

TEST(AttackReportTest, OfNothing) {
  const std::string report = AttackTextReport(Options(), AttackResult());
  EXPECT_THAT(report, HasSubstr("opened         0 connections"));
  EXPECT_THAT(report, Not(HasSubstr("median")));
  EXPECT_THAT(report, Not(HasSubstr("ended")));
}

TEST(AttackReportTest, ForAProgram) {
  const std::optional<Json> json =
      tests::ParseJson(AttackJsonReport("http://a/\"b\"", Options(), Result()));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("target")->text, "http://a/\"b\"");
  EXPECT_EQ(json->Find("attack")->text, "slow-head");
  EXPECT_FALSE(json->Find("interrupted")->boolean);
  const std::pair<std::string_view, double> numbers[] = {{"schema_version", 1},
                                                         {"connections", 5},
                                                         {"interval", 1},
                                                         {"duration", 10},
                                                         {"bytes_sent", 2048},
                                                         {"bytes_received", 3},
                                                         {"connections_opened", 1234},
                                                         {"connections_held", 5},
                                                         {"connections_pending", 2},
                                                         {"connections_reset_here", 8}};
  for (const auto& [name, value] : numbers) EXPECT_EQ(json->Find(name)->number, value) << name;
  EXPECT_EQ(json->Find("status_codes")->Find("408")->number, 1200);
  EXPECT_EQ(json->Find("failures")->Find("refused")->number, 7);
  EXPECT_EQ(json->Find("held_for")->Find("min")->number, 0.001);
  EXPECT_NEAR(json->Find("held_for")->Find("median")->number, 0.002, 2e-6);
  EXPECT_EQ(json->Find("held_for")->Find("max")->number, 0.003);
}

}  // namespace
}  // namespace forklift::http::load
