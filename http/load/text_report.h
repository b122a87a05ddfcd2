// TextReport tells a person the result of a load run.
//
// Pure; allocates; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_TEXT_REPORT_H_
#define FORKLIFT_HTTP_LOAD_TEXT_REPORT_H_

#include <string>
#include <vector>

#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"

namespace forklift::http::load {

// Totals, percentiles, status codes, failures by their names, a histogram and what to mistrust: in
// lines of at most 100 characters, without colour.
std::string TextReport(const LoadOptions& options, const LoadResult& result);

// By how much which figures differ from those of another run, and whether that is more than chance.
std::string TextComparison(const RunComparison& comparison);

// What makes the figures doubtful, a sentence each: that the client itself was the bottleneck, or
// sent late.
std::vector<std::string> Warnings(const LoadOptions& options, const LoadResult& result);

// What load it was, in a line: "closed loop; 10 connections by 1 worker".
std::string DescribeLoad(const LoadOptions& options);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_TEXT_REPORT_H_
