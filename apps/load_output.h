// What the test client makes of a result: --output for standard output, --html for a browser, and
// --compare with an earlier run.
//
// To be called once ParseCommandLine has set the flags.
#ifndef FORKLIFT_APPS_LOAD_OUTPUT_H_
#define FORKLIFT_APPS_LOAD_OUTPUT_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/load/base_run.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"

namespace forklift::apps {

enum class OutputFormat { kText, kJson, kCsv };

struct LoadOutput {
  OutputFormat format = OutputFormat::kText;  // on standard output
  std::string html;                           // a file to write, too; empty for none
  std::optional<http::load::BaseRun> base;    // of --compare
};

// For before the run, so that none is lost: kInvalidArgument names the flag that makes no sense, or
// the file of --compare that is no base for a loop of this kind; kFailedPrecondition the file of
// --html that could not be written.
absl::StatusOr<LoadOutput> LoadOutputOfFlags(bool is_open_loop);

// Writes the result wherever the flags say. `target` is the URL.
absl::Status WriteLoadOutput(const LoadOutput& output, const http::load::LoadOptions& options,
                             const http::load::LoadResult& result, std::string_view target);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_LOAD_OUTPUT_H_
