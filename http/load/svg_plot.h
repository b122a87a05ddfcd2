// SvgPlot draws lines, or bars, between two axes: as one <svg> that stands in a page of HTML.
//
// Pure; allocates; thread-safe. The page's style gives the colours (html_page.h): the first line is
// solid and the second dashed, so that they are told apart without.
#ifndef FORKLIFT_HTTP_LOAD_SVG_PLOT_H_
#define FORKLIFT_HTTP_LOAD_SVG_PLOT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "forklift/http/load/svg_axis.h"

namespace forklift::http::load {

struct Point {
  double x;  // positions on the axes
  double y;  // none (NaN): the line has a gap here
};

struct Mark {
  Point at;
  std::string title;  // shown where a mouse points at it
};

struct Line {
  std::string name;
  std::vector<Point> points;
  std::vector<Mark> marks;
};

struct Bar {
  double begin;  // positions on the lower axis
  double end;
  double height;  // on the left one
  std::string title;
};

struct Plot {
  std::string_view id;  // unique in the page
  std::string title;
  std::string description;  // for those who do not see it
  Axis x;
  Axis y;
};

// At most two lines.
std::string LinePlot(const Plot& plot, absl::Span<const Line> lines);
std::string BarPlot(const Plot& plot, absl::Span<const Bar> bars);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_SVG_PLOT_H_
