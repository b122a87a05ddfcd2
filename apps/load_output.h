// What the test client makes of a result: --output for standard output, and --html.
//
// To be called once ParseCommandLine has set the flags.
#ifndef FORKLIFT_APPS_LOAD_OUTPUT_H_
#define FORKLIFT_APPS_LOAD_OUTPUT_H_

#include <string_view>

#include "absl/status/status.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"

namespace forklift::apps {

// For before the run, so that none is lost: kInvalidArgument names the flag that makes no sense,
// and kFailedPrecondition the file that could not be written.
absl::Status CheckLoadOutput();

// Writes the result wherever the flags say. `target` is the URL.
absl::Status WriteLoadOutput(const http::load::LoadOptions& options,
                             const http::load::LoadResult& result, std::string_view target);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_LOAD_OUTPUT_H_
