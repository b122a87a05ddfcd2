// HtmlPlots draws what a load run has measured: the percentiles and the distribution of its
// latencies, and how it went over time.
//
// Pure; allocates; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_HTML_PLOTS_H_
#define FORKLIFT_HTTP_LOAD_HTML_PLOTS_H_

#include <string>

#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"

namespace forklift::http::load {

// A <section> for each plot that there is something to draw in, of at most a few hundred points.
std::string HtmlPlots(const LoadOptions& options, const LoadResult& result);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_HTML_PLOTS_H_
