#include "forklift/http/load/base_run.h"

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/json_report.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/tests/http/load/sample_run.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

std::string Report() { return JsonReport("http://h/", {}, SampleRun(3, 100)); }

std::string With(std::string_view old_text, std::string_view new_text) {
  const std::string report = Report();
  EXPECT_TRUE(absl::StrContains(report, old_text)) << old_text;
  return absl::StrReplaceAll(report, {{old_text, new_text}});
}

TEST(BaseRunTest, ReadsWhatTheReportWrites) {
  const LoadResult result = SampleRun(12, 1000);
  for (const bool is_open : {false, true}) {
    LoadOptions options;
    if (is_open) options.rate = 1000;
    const absl::StatusOr<BaseRun> run = ParseBaseRun(JsonReport("http://h/", options, result));
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->is_open_loop, is_open);
    EXPECT_EQ(run->elapsed, absl::Seconds(12));
    EXPECT_EQ(run->answered, std::vector<uint64_t>(12, 1000));
    EXPECT_EQ(run->latency->count(), 12'000u);
    for (const double percentile : {0.0, 50.0, 99.0, 99.9, 100.0}) {
      EXPECT_EQ(run->latency->ValueAtPercentile(percentile),
                result.total->latency.ValueAtPercentile(percentile));
    }
  }
}

TEST(BaseRunTest, NewMembersAreNoMatter) {
  EXPECT_TRUE(ParseBaseRun(With("{\"schema_version\"", "{\"new\": [{}], \"schema_version\"")).ok());
}

TEST(BaseRunTest, ATruncatedReportIsRefused) {
  const std::string report = Report();
  const size_t size = report.find_last_of('}');
  for (size_t i = 0; i <= size; ++i) {
    const absl::StatusOr<BaseRun> run = ParseBaseRun(std::string_view(report).substr(0, i));
    ASSERT_TRUE(absl::IsInvalidArgument(run.status())) << i;
    ASSERT_EQ(run.status().message(), "it is no JSON, or not all of it");
  }
}

TEST(BaseRunTest, WhatIsNoReportIsRefused) {
  for (const char* json : {"[]", "{}", "1", "null", "\"text\"", "[[1, 2]]", "{\"a\": 1}",
                           "{\"schema_version\": \"1\"}", "{\"schema_version\": -1}"}) {
    const absl::StatusOr<BaseRun> run = ParseBaseRun(json);
    EXPECT_TRUE(absl::IsInvalidArgument(run.status())) << json;
    EXPECT_EQ(run.status().message(), "it is no report of a load run");
  }
  EXPECT_FALSE(ParseBaseRun(std::string(100'000, '[')).ok());
  EXPECT_FALSE(
      ParseBaseRun(absl::StrCat(std::string(100'000, '['), std::string(100'000, ']'))).ok());
}

TEST(BaseRunTest, AnotherVersionIsRefused) {
  const absl::StatusOr<BaseRun> run =
      ParseBaseRun(With("\"schema_version\": 1", "\"schema_version\": 2"));
  EXPECT_EQ(run.status().message(), "its schema_version is 2, and not 1");
}

TEST(BaseRunTest, ARunWithoutAnswersIsNoBase) {
  const absl::StatusOr<BaseRun> run = ParseBaseRun(JsonReport("http://h/", {}, SampleRun(0, 0)));
  EXPECT_EQ(run.status().message(), "it is of a run without answers");
}

TEST(BaseRunTest, AMemberThatIsNotWhatItShouldBeIsNamed) {
  const struct {
    std::string_view member;
    std::string_view old_text;
    std::string_view new_text;
  } kCases[] = {
      {"loop", "\"closed\"", "\"ajar\""},
      {"loop", "\"closed\"", "1"},
      {"duration", "\"duration\": 3.", "\"duration\": -3."},
      {"duration", "\"duration\": 3.", "\"duration\": 1e99, \"x\": 3."},
      {"duration", "\"duration\": 3.", "\"duration\": 0, \"x\": 3."},
      {"duration", "\"duration\": 3.", "\"duration\": \"3\", \"x\": 3."},
      {"answered", "\"answered\": 300", "\"answered\": 300.5"},
      {"answered", "\"answered\": 300", "\"replied\": 300"},
      {"failed", "\"failed\": 0, \"sent_again\"", "\"sent_again\""},
      {"timeline", "{\"answered\": 100", "{\"answered\": -1"},
      {"timeline", "\"timeline\": [", "\"timeline\": [[], "},
      {"timeline", "\"timeline\": [", "\"timeline\": {}, \"x\": ["},
      {"histogram", "\"answered\": 300", "\"answered\": 301"},
      {"histogram", "\"histogram\": [", "\"histogram\": [[0.1, 1], "},
      {"histogram", "\"histogram\": [", "\"histogram\": [[0.1], "},
      {"histogram", "\"histogram\": [", "\"histogram\": [[-0.1, 0], "},
      {"histogram", "\"histogram\": [", "\"histogram\": [[0.1, 0.5], "},
      {"histogram", "\"histogram\": [", "\"histogram\": [7, "},
      {"histogram", "\"histogram\": [", "\"histogram\": 7, \"x\": ["},
  };
  for (const auto& wrong : kCases) {
    const absl::StatusOr<BaseRun> run = ParseBaseRun(With(wrong.old_text, wrong.new_text));
    EXPECT_EQ(
        run.status().message(),
        absl::StrCat("its \"", wrong.member, "\" is missing or is not what a report has there"))
        << wrong.new_text;
  }
}

}  // namespace
}  // namespace forklift::http::load
