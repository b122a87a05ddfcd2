#include "forklift/http/load/svg_plot.h"

#include <stddef.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "forklift/http/load/html_page.h"
#include "forklift/http/load/svg_axis.h"

namespace forklift::http::load {
namespace {

// Of the drawing, in its own units. A phone shows it at two thirds of them, so the text is large.
constexpr double kWidth = 520;
constexpr double kHeight = 300;
constexpr double kLeft = 78;
constexpr double kRight = kWidth - 20;
constexpr double kTop = 30;  // of the plot: the legend is above
constexpr double kBottom = kHeight - 50;

double X(const Plot& plot, double position) {
  const double part = (position - plot.x.first) / (plot.x.last - plot.x.first);
  return kLeft + std::clamp(part, 0.0, 1.0) * (kRight - kLeft);
}

double Y(const Plot& plot, double position) {
  const double part = (position - plot.y.first) / (plot.y.last - plot.y.first);
  return kBottom - std::clamp(part, 0.0, 1.0) * (kBottom - kTop);
}

std::string Begin(const Plot& plot) {
  std::string svg = absl::StrFormat(
      "<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-labelledby=\"%s-title %s-text\">\n"
      "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-text\">%s</desc>\n",
      kWidth, kHeight, plot.id, plot.id, plot.id, HtmlEscape(plot.title), plot.id,
      HtmlEscape(plot.description));
  for (const Tick& tick : plot.y.ticks) {
    const double y = Y(plot, tick.position);
    absl::StrAppendFormat(&svg, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", kLeft, y, kRight);
    absl::StrAppendFormat(&svg, "<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", kLeft - 8,
                          y + 4.5, HtmlEscape(tick.label));
  }
  for (const Tick& tick : plot.x.ticks) {
    const double x = X(plot, tick.position);
    absl::StrAppendFormat(&svg, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>", x, kTop,
                          kBottom + 4);
    absl::StrAppendFormat(&svg, "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x,
                          kBottom + 19, HtmlEscape(tick.label));
  }
  absl::StrAppendFormat(&svg, "<text class=\"label middle\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                        (kLeft + kRight) / 2, kHeight - 10, HtmlEscape(plot.x.label));
  absl::StrAppendFormat(
      &svg, "<text class=\"label middle\" transform=\"translate(14 %.1f) rotate(-90)\">%s</text>\n",
      (kTop + kBottom) / 2, HtmlEscape(plot.y.label));
  return svg;
}

std::string End() {
  return absl::StrFormat("<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n</svg>\n", kLeft, kTop,
                         kBottom, kRight);
}

std::string Path(const Plot& plot, const Line& line) {
  std::string path;
  std::string last_x;
  std::string last_y;
  bool is_drawing = false;
  for (const Point& point : line.points) {
    if (std::isnan(point.y)) {
      is_drawing = false;
      continue;
    }
    const std::string x = absl::StrFormat("%.1f", X(plot, point.x));
    const std::string y = absl::StrFormat("%.1f", Y(plot, point.y));
    if (is_drawing && x == last_x && y == last_y) continue;
    if (!is_drawing) {
      absl::StrAppendFormat(&path, "M%s %s", x, y);
    } else if (y == last_y) {
      absl::StrAppendFormat(&path, "H%s", x);
    } else if (x == last_x) {
      absl::StrAppendFormat(&path, "V%s", y);
    } else {
      absl::StrAppendFormat(&path, "L%s %s", x, y);
    }
    is_drawing = true;
    last_x = x;
    last_y = y;
  }
  return path;
}

}  // namespace

std::string LinePlot(const Plot& plot, absl::Span<const Line> lines) {
  std::string svg = Begin(plot);
  double legend = kLeft;
  for (size_t i = lines.size(); i-- > 0;) {  // the first above the others
    const Line& line = lines[i];
    const std::string_view style = i == 0 ? "first" : "second";
    absl::StrAppendFormat(&svg, "<path class=\"line %s\" d=\"%s\"/>\n", style, Path(plot, line));
    for (const Mark& mark : line.marks) {
      absl::StrAppendFormat(
          &svg, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s</title></circle>\n",
          style, X(plot, mark.at.x), Y(plot, mark.at.y), HtmlEscape(mark.title));
    }
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    constexpr double kSample = 30;
    constexpr double kCharacter = 7.5;  // at most, on average
    absl::StrAppendFormat(&svg, "<path class=\"line %s\" d=\"M%.1f 14h%.1f\"/>",
                          i == 0 ? "first" : "second", legend, kSample);
    absl::StrAppendFormat(&svg, "<text x=\"%.1f\" y=\"18.5\">%s</text>\n", legend + kSample + 6,
                          HtmlEscape(lines[i].name));
    legend += kSample + 26 + kCharacter * static_cast<double>(lines[i].name.size());
  }
  return svg + End();
}

std::string BarPlot(const Plot& plot, absl::Span<const Bar> bars) {
  std::string svg = Begin(plot);
  for (const Bar& bar : bars) {
    const double left = X(plot, bar.begin);
    const double top = std::min(Y(plot, bar.height), kBottom - 1);  // few are not none
    absl::StrAppendFormat(
        &svg,
        "<rect class=\"first\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
        "<title>%s</title></rect>\n",
        left, top, std::max(X(plot, bar.end) - left - 1, 0.5), kBottom - top,
        HtmlEscape(bar.title));
  }
  return svg + End();
}

}  // namespace forklift::http::load
