#include "forklift/http/load/html_report.h"

#include <stddef.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/tally.h"
#include "forklift/tests/http/load/sample_run.h"
#include "forklift/tests/support/test_process.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

constexpr std::string_view kTarget = "http://localhost:8888/hello";

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// What the drawing of the plot of that id is.
std::string_view PlotOf(std::string_view html, std::string_view id) {
  const size_t begin = html.find(absl::StrCat("<title id=\"", id, "-title\">"));
  if (begin == std::string_view::npos) return {};
  return html.substr(begin, html.find("</svg>", begin) - begin);
}

// What a strict parser finds wrong.
std::string FaultOf(const std::string& html) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/report.html");
  std::ofstream(path) << html;
  constexpr char kProgram[] = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])";
  const tests::Finished parsed = tests::RunProgram({"python3", "-c", kProgram, path});
  return parsed.status.success() ? "" : absl::StrCat("not well-formed: ", parsed.error);
}

TEST(HtmlReportTest, TellsTheFigures) {
  LoadResult result = SampleRun(10, 1000);
  AddFailures(Failure::kRefused, 12, result);
  const std::string html = HtmlReport(kTarget, {}, result);
  EXPECT_TRUE(absl::StrContains(html, "<h1>http://localhost:8888/hello</h1>"));
  EXPECT_TRUE(absl::StrContains(html, "closed loop; 10 connections by 1 worker"));
  EXPECT_TRUE(absl::StrContains(html, "10,000 of 10,012 requests"));
  EXPECT_TRUE(absl::StrContains(html, "<dt>requests/s</dt><dd>1000.0</dd>"));
  EXPECT_TRUE(absl::StrContains(html, "<th scope=\"row\">p75</th><td>1.75 ms</td></tr>"));
  EXPECT_TRUE(absl::StrContains(html, "<th scope=\"row\">longest</th><td>1.999 ms</td></tr>"));
  EXPECT_TRUE(
      absl::StrContains(html, "<th scope=\"row\">200 OK</th><td>10,000</td><td>100 %</td>"));
  EXPECT_TRUE(absl::StrContains(html, "<th scope=\"row\">connection refused</th><td>12</td>"));
  EXPECT_TRUE(absl::StrContains(html, "the latencies are those of answered requests"));
}

TEST(HtmlReportTest, RefersToNothingElse) {
  const std::string html = HtmlReport(kTarget, {}, SampleRun(10, 100));
  for (const char* reference : {"<script", "<link", "<img", "src=", "href=", "url(", "@import"})
    EXPECT_FALSE(absl::StrContains(html, reference));
}

TEST(HtmlReportTest, EscapesTheTarget) {
  const std::string html =
      HtmlReport("http://h/?a=1&b=</title><script>alert(\"'\")", {}, SampleRun(1, 1));
  EXPECT_FALSE(absl::StrContains(html, "<script"));
  EXPECT_TRUE(absl::StrContains(
      html, "?a=1&amp;b=&lt;/title&gt;&lt;script&gt;alert(&quot;&#39;&quot;)</h1>"));
}

TEST(HtmlReportTest, IsWellFormed) {
  if (!tests::HaveProgram("python3")) GTEST_SKIP() << "there is no python3 to parse it";
  const LoadOptions open = {.rate = 1000};
  LoadResult failing = SampleRun(3, 100);
  AddFailures(Failure::kReset, 3, failing);
  EXPECT_EQ(FaultOf(HtmlReport(kTarget, {}, SampleRun(0, 0))), "");
  EXPECT_EQ(FaultOf(HtmlReport("http://h/?<&>\"'", open, failing)), "");
  EXPECT_NE(FaultOf("<p>not closed"), "");
}

// Each drawing has a title and a text for those who do not see it.
TEST(HtmlReportTest, SaysWhatItDraws) {
  const std::string html = HtmlReport(kTarget, {}, SampleRun(10, 100));
  EXPECT_EQ(Count(html, "<svg "), 4u);
  for (std::string_view id : {"percentiles", "distribution", "throughput", "latency"}) {
    EXPECT_EQ(
        Count(html, absl::StrCat("role=\"img\" aria-labelledby=\"", id, "-title ", id, "-text\"")),
        1u);
    EXPECT_EQ(Count(PlotOf(html, id), absl::StrCat("<desc id=\"", id, "-text\">")), 1u);
  }
}

TEST(HtmlReportTest, AnOpenLoopHasTwoLatencies) {
  const LoadResult result = SampleRun(10, 1000);
  EXPECT_EQ(Count(PlotOf(HtmlReport(kTarget, {}, result), "percentiles"), "class=\"line second\""),
            0u);
  const std::string html = HtmlReport(kTarget, {.rate = 1000}, result);
  EXPECT_EQ(Count(PlotOf(html, "percentiles"), "class=\"line second\""), 2u);  // and its legend
  EXPECT_TRUE(absl::StrContains(html, "<th scope=\"row\">p75</th><td>1.75 ms</td><td>875 us"));
}

TEST(HtmlReportTest, ARunWithoutAnswersHasNoLatencies) {
  const std::string empty = HtmlReport(kTarget, {}, SampleRun(0, 0));
  EXPECT_FALSE(absl::StrContains(empty, "<svg"));
  EXPECT_TRUE(absl::StrContains(empty, "0 of 0 requests"));
  LoadResult refused = SampleRun(0, 0);
  AddFailures(Failure::kRefused, 5, refused);
  const std::string html = HtmlReport(kTarget, {}, refused);
  EXPECT_EQ(Count(html, "<svg "), 1u);
  EXPECT_TRUE(absl::StrContains(html, "0 requests were answered, 5 failed."));
  for (const std::string& report : {empty, html}) {
    EXPECT_FALSE(absl::StrContains(report, "nan"));
    EXPECT_FALSE(absl::StrContains(report, "inf "));
  }
}

TEST(HtmlReportTest, OneSecondIsALine) {
  LoadResult result = SampleRun(1, 1000);
  result.elapsed = absl::Milliseconds(1001);  // the last answers were a little late
  result.timeline.push_back({.answered = 1, .latency_sum = 1'000'000, .latency_max = 1'000'000});
  const std::string html = HtmlReport(kTarget, {}, result);
  EXPECT_TRUE(absl::StrContains(PlotOf(html, "throughput"), "class=\"line first\" d=\"M78.0 "));
  EXPECT_TRUE(absl::StrContains(PlotOf(html, "throughput"), "H500.0\"/>\n"));
  EXPECT_EQ(Count(PlotOf(html, "throughput"), "V"),
            7u);  // no fall at the end: six ticks and the axis
}

TEST(HtmlReportTest, EqualLatenciesArePlotted) {
  LoadResult result = SampleRun(2, 1);
  const std::string html = HtmlReport(kTarget, {}, result);
  EXPECT_EQ(Count(PlotOf(html, "distribution"), "<rect"), 1u);
  EXPECT_FALSE(absl::StrContains(html, "nan"));
}

TEST(HtmlReportTest, ALongRunIsNoLargerThanItsPlots) {
  constexpr size_t kSeconds = 86'400;
  LoadResult result = SampleRun(kSeconds, 2);
  AddFailures(Failure::kReset, 7, result);
  for (size_t i = 0; i < kSeconds; ++i)
    result.timeline[i].answered += i * 7919 % 1000;  // no two alike
  const std::string html = HtmlReport(kTarget, {.rate = 10}, result);
  EXPECT_LT(html.size(), 64u << 10);
  EXPECT_LE(Count(PlotOf(html, "throughput"), "H"), 3 * 150 + 20u);
  EXPECT_TRUE(absl::StrContains(html, "Each step is of 576 seconds."));
  EXPECT_TRUE(absl::StrContains(PlotOf(html, "throughput"), ">24 h</text>"));
}

}  // namespace
}  // namespace forklift::http::load
