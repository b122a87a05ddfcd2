// JsonReport tells a program the result of a load run: one object of JSON (RFC 8259).
//
// Pure; allocates; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_JSON_REPORT_H_
#define FORKLIFT_HTTP_LOAD_JSON_REPORT_H_

#include <string>
#include <string_view>

#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"

namespace forklift::http::load {

// Durations are in seconds. "histogram" has a pair for each bucket that is not empty: its highest
// duration, and how many there were. `target` is the URL. With a comparison it is "comparison",
// where a bound that cannot be told is null.
std::string JsonReport(std::string_view target, const LoadOptions& options,
                       const LoadResult& result, const RunComparison* comparison = nullptr);

// The timeline as comma-separated values (RFC 4180), with a line of names.
std::string CsvReport(const LoadResult& result);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_JSON_REPORT_H_
