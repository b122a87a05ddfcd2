#include "forklift/http/load/load_options.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace forklift::http::load {

absl::Status Check(const LoadOptions& options) {
  if (options.requests.empty()) return absl::InvalidArgumentError("there is no request to send");
  if (options.workers < 1) return absl::InvalidArgumentError("there must be a worker");
  if (options.connections < options.workers) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.workers, " workers need a connection each, and there are ", options.connections));
  }
  if (options.pipeline < 1) return absl::InvalidArgumentError("--pipeline must be 1 or more");
  if (options.pipeline > 1 && !options.keep_alive)
    return absl::InvalidArgumentError("a connection for each request has nothing to pipeline");
  const double least_rate = options.stages.empty() ? 1e-6 : 0;  // a stage may be a pause
  if (options.rate && !(*options.rate >= least_rate && *options.rate <= kMostRequestsPerSecond))
    return absl::InvalidArgumentError("the rate must be more than 0, and at most 1e9");
  if (options.timeout <= absl::ZeroDuration())
    return absl::InvalidArgumentError("the timeout must be more than 0");
  return absl::OkStatus();
}

}  // namespace forklift::http::load
