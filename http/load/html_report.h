// HtmlReport tells a person the result of a load run by plots: as one file of HTML that refers to
// no other, and needs no script.
//
// Pure; allocates; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_HTML_REPORT_H_
#define FORKLIFT_HTTP_LOAD_HTML_REPORT_H_

#include <string>
#include <string_view>

#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"

namespace forklift::http::load {

// What the text report tells, latencies by percentile and how they are distributed, and requests
// and latencies over time. `target` is the URL. The file's size has a bound, however long the run.
std::string HtmlReport(std::string_view target, const LoadOptions& options,
                       const LoadResult& result, const RunComparison* comparison = nullptr);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_HTML_REPORT_H_
