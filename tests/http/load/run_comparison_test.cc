#include "forklift/http/load/run_comparison.h"

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/http/load/base_run.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/html_report.h"
#include "forklift/http/load/json_report.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/text_report.h"
#include "forklift/tests/http/load/sample_run.h"
#include "forklift/tests/support/json.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

BaseRun Base(const LoadResult& result) {
  absl::StatusOr<BaseRun> base = ParseBaseRun(JsonReport("http://h/", {}, result));
  EXPECT_TRUE(base.ok()) << base.status();
  return *std::move(base);
}

void SetAnswered(const std::vector<uint64_t>& answered, LoadResult& result) {
  result.timeline.resize(answered.size());
  for (size_t i = 0; i < answered.size(); ++i) result.timeline[i].answered = answered[i];
}

TEST(RunComparisonTest, EqualRunsDoNotDiffer) {
  const LoadResult result = SampleRun(10, 1000);
  const std::vector<ComparedFigure> figures = CompareRuns(Base(result), result);
  ASSERT_EQ(figures.size(), 5u);
  std::string names;
  for (const ComparedFigure& figure : figures) {
    absl::StrAppend(&names, FigureName(figure), " ");
    EXPECT_EQ(figure.base, figure.changed);
    EXPECT_EQ(figure.percent.difference, 0);
    EXPECT_EQ(figure.verdict, Verdict::kNoClearDifference);
  }
  EXPECT_EQ(names, "requests/s p50 p90 p99 p99.9 ");
  EXPECT_DOUBLE_EQ(figures[0].base, 1000);
  EXPECT_NEAR(figures[1].base, 1.5e-3, 2e-6);
}

// More answers are better, and longer latencies are worse.
TEST(RunComparisonTest, VerdictsKnowWhatIsBetter) {
  LoadResult slower = SampleRun(10, 2000);
  LoadResult faster = SampleRun(10, 1000);  // which has the shorter latencies
  SetAnswered({1, 3001, 3002, 3001, 3002, 3003, 3001, 3002, 3001, 3002}, faster);
  for (const ComparedFigure& figure : CompareRuns(Base(slower), faster)) {
    EXPECT_EQ(figure.verdict, Verdict::kBetter) << FigureName(figure);
    EXPECT_EQ(figure.percent.difference > 0, !figure.percentile.has_value());
    EXPECT_LE(figure.percent.lowest, figure.percent.difference);
    EXPECT_GE(figure.percent.highest, figure.percent.difference);
  }
  for (const ComparedFigure& figure : CompareRuns(Base(faster), slower))
    EXPECT_EQ(figure.verdict, Verdict::kWorse) << FigureName(figure);
}

TEST(RunComparisonTest, ARunThatFailsMoreIsNotBetter) {
  LoadResult slower = SampleRun(10, 2000);
  LoadResult faster = SampleRun(10, 1000);
  AddFailures(Failure::kRefused, 5, faster);
  for (const ComparedFigure& figure : CompareRuns(Base(slower), faster)) {
    if (!figure.percentile) continue;
    EXPECT_EQ(figure.verdict, Verdict::kMoreFailures) << FigureName(figure);
  }
  AddFailures(Failure::kRefused, 100, slower);
  for (const ComparedFigure& figure : CompareRuns(Base(slower), faster)) {
    if (!figure.percentile) continue;
    EXPECT_EQ(figure.verdict, Verdict::kBetter) << FigureName(figure);
  }
}

TEST(RunComparisonTest, TheFirstSecondAndAnIncompleteLastOneDoNotCount) {
  LoadResult base = SampleRun(5, 100);
  LoadResult changed = SampleRun(5, 100);
  SetAnswered({7, 100, 101, 102, 101}, base);
  SetAnswered({900, 100, 101, 102, 101, 3}, changed);
  changed.elapsed = absl::Milliseconds(5400);
  const ComparedFigure rate = CompareRuns(Base(base), changed).front();
  EXPECT_DOUBLE_EQ(rate.base, 101);
  EXPECT_DOUBLE_EQ(rate.changed, 101);
  EXPECT_EQ(rate.verdict, Verdict::kNoClearDifference);
}

TEST(RunComparisonTest, AShortRunHasNoClearRate) {
  const LoadResult base = SampleRun(10, 100);
  const ComparedFigure rate = CompareRuns(Base(base), SampleRun(2, 50)).front();
  EXPECT_DOUBLE_EQ(rate.base, 100);
  EXPECT_DOUBLE_EQ(rate.changed, 50);
  EXPECT_DOUBLE_EQ(rate.percent.difference, -50);
  EXPECT_EQ(IntervalText(rate), "? to ?");
  EXPECT_EQ(rate.verdict, Verdict::kNoClearDifference);
}

TEST(RunComparisonTest, ARunWithoutAnswersHasOnlyARate) {
  const std::vector<ComparedFigure> figures =
      CompareRuns(Base(SampleRun(10, 100)), SampleRun(0, 0));
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].changed, 0);
  EXPECT_DOUBLE_EQ(figures[0].percent.difference, -100);
}

TEST(RunComparisonTest, IsInEachReport) {
  const LoadResult base = SampleRun(10, 100);
  LoadResult changed = SampleRun(10, 100);
  SetAnswered({1, 150, 151, 149, 150, 151, 150, 149, 151, 150}, changed);
  const RunComparison comparison = {.base = "<base>.json",
                                    .figures = CompareRuns(Base(base), changed)};

  const std::string text = TextComparison(comparison);
  EXPECT_TRUE(absl::StrContains(text, "Compared with <base>.json\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "+50.11 %")) << text;
  EXPECT_TRUE(absl::StrContains(text, " better\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, " no clear difference\n")) << text;
  for (std::string_view line : absl::StrSplit(text, '\n')) EXPECT_LE(line.size(), 100u) << line;

  const std::string html = HtmlReport("http://h/", {}, changed, &comparison);
  EXPECT_TRUE(absl::StrContains(html, "Compared with &lt;base&gt;.json</h2>"));
  EXPECT_TRUE(absl::StrContains(html, "requests/s</th><td>+50.11 %</td><td>better</td>"));

  const auto json = tests::ParseJson(JsonReport("http://h/", {}, changed, &comparison));
  ASSERT_TRUE(json);
  const tests::Json* member = json->Find("comparison");
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(member->Find("base")->text, "<base>.json");
  const tests::Json* rate = member->Find("requests_per_second");
  ASSERT_NE(rate, nullptr);
  EXPECT_EQ(rate->Find("base")->number, 100);
  EXPECT_NEAR(rate->Find("difference_percent")->number, 50.11, 0.01);
  EXPECT_LT(rate->Find("lowest_percent")->number, rate->Find("highest_percent")->number);
  EXPECT_EQ(rate->Find("verdict")->text, "better");
  EXPECT_NE(member->Find("p99.9"), nullptr);
  // 1000 latencies are too few for an upper bound of the 99.9th percentile.
  EXPECT_EQ(member->Find("p99.9")->Find("highest_percent")->kind, tests::Json::Kind::kNull);

  EXPECT_EQ(tests::ParseJson(JsonReport("http://h/", {}, changed))->Find("comparison"), nullptr);
}

}  // namespace
}  // namespace forklift::http::load
