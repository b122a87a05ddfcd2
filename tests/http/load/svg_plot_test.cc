#include "forklift/http/load/svg_plot.h"

#include <stddef.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "forklift/http/load/svg_axis.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::HasSubstr;
using testing::Not;

const Plot kPlot = {.id = "p",
                    .title = "requests < answers",
                    .description = "two lines",
                    .x = TimeAxis("time", 10),
                    .y = AmountAxis("requests", 100)};

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(SvgPlotTest, NamesWhatItShowsForThoseWhoDoNotSeeIt) {
  const std::string svg =
      LinePlot(kPlot, {{.name = "a", .points = {{0, 1}, {10, 2}}, .marks = {}}});
  EXPECT_THAT(svg, HasSubstr("requests &lt; answers"));
  EXPECT_THAT(svg, HasSubstr("two lines"));
  EXPECT_EQ(Count(svg, "<svg"), 1u);
  EXPECT_EQ(Count(svg, "</svg>"), 1u);
}

TEST(SvgPlotTest, ALineHasAGapWhereItHasNoValue) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Point> whole = {{0, 1}, {2, 2}, {4, 1}, {6, 2}};
  std::vector<Point> broken = whole;
  broken[1].y = none;
  const std::string with_gap = LinePlot(kPlot, {{.name = "a", .points = broken, .marks = {}}});
  EXPECT_THAT(with_gap, Not(HasSubstr("nan")));
  EXPECT_NE(with_gap, LinePlot(kPlot, {{.name = "a", .points = whole, .marks = {}}}));
}

TEST(SvgPlotTest, ABarForEachBar) {
  const std::string none = BarPlot(kPlot, {});
  const std::string two = BarPlot(kPlot, {{.begin = 0, .end = 2, .height = 10, .title = "first"},
                                          {.begin = 2, .end = 4, .height = 90, .title = "a<b"}});
  EXPECT_EQ(Count(two, "<rect") - Count(none, "<rect"), 2u);
  EXPECT_THAT(two, HasSubstr("a&lt;b"));
}

}  // namespace
}  // namespace forklift::http::load
