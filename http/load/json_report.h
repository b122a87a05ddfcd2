// JsonReport tells a program the result of a load run: one object of JSON (RFC 8259).
//
// Pure; allocates; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_JSON_REPORT_H_
#define FORKLIFT_HTTP_LOAD_JSON_REPORT_H_

#include <string>
#include <string_view>

#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"

namespace forklift::http::load {

// Raised when a member changes its meaning or goes; new ones may come without.
inline constexpr int kJsonSchemaVersion = 1;

// Durations are in seconds. "histogram" has a pair for each bucket that is not empty: its highest
// duration, and how many there were. `target` is the URL.
std::string JsonReport(std::string_view target, const LoadOptions& options,
                       const LoadResult& result);

// The timeline as comma-separated values (RFC 4180), with a line of names.
std::string CsvReport(const LoadResult& result);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_JSON_REPORT_H_
