#include "forklift/http/load/load_options.h"

#include <stdint.h>

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/http/load/stages.h"

namespace forklift::http::load {

namespace {

bool IsRate(double rate) {
  return rate >= kLeastRequestsPerSecond && rate <= kMostRequestsPerSecond;
}

absl::Status CheckSizes(const LoadOptions& options) {
  if (options.workers < 1 || options.workers > kMostWorkers)
    return absl::InvalidArgumentError(
        absl::StrCat("there must be 1 to ", kMostWorkers, " workers"));
  if (options.connections > kMostConnections) {
    return absl::InvalidArgumentError(
        absl::StrCat("there may be ", kMostConnections, " connections at most"));
  }
  if (options.connections < options.workers) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.workers, " workers need a connection each, and there are ", options.connections));
  }
  if (options.pipeline < 1 || options.pipeline > kMostPipelined) {
    return absl::InvalidArgumentError(
        absl::StrCat("there may be 1 to ", kMostPipelined, " requests in flight on a connection"));
  }
  if (options.pipeline > 1 && !options.keep_alive)
    return absl::InvalidArgumentError("a connection for each request has nothing to pipeline");
  if (options.count < 1)
    return absl::InvalidArgumentError("the number of requests must be 1 or more");
  return absl::OkStatus();
}

absl::Status CheckTimes(const LoadOptions& options) {
  const bool is_counted = options.count != std::numeric_limits<uint64_t>::max();
  if (options.duration <= absl::ZeroDuration() ||
      (!is_counted && options.duration > kLongestDuration)) {
    return absl::InvalidArgumentError(absl::StrCat("the duration must be more than 0, and at most ",
                                                   absl::FormatDuration(kLongestDuration)));
  }
  if (options.warm_up < absl::ZeroDuration() || options.warm_up > kLongestDuration) {
    return absl::InvalidArgumentError(absl::StrCat("the warm-up must be 0 or more, and at most ",
                                                   absl::FormatDuration(kLongestDuration)));
  }
  if (options.timeout <= absl::ZeroDuration())
    return absl::InvalidArgumentError("the timeout must be more than 0");
  return absl::OkStatus();
}

absl::Status CheckRates(const LoadOptions& options) {
  const std::string range = absl::StrFormat("%g to %g requests a second", kLeastRequestsPerSecond,
                                            kMostRequestsPerSecond);
  for (const Stage& stage : options.stages) {
    if (stage.value != 0 && !IsRate(stage.value))
      return absl::InvalidArgumentError(absl::StrCat("the rate of a stage must be 0, or ", range));
  }
  if (options.rate && options.stages.empty() && !IsRate(*options.rate))
    return absl::InvalidArgumentError(absl::StrCat("the rate must be ", range));
  return absl::OkStatus();
}

}  // namespace

absl::Status Check(const LoadOptions& options) {
  if (options.requests.empty()) return absl::InvalidArgumentError("there is no request to send");
  absl::Status status = CheckSizes(options);
  status.Update(CheckTimes(options));
  status.Update(CheckRates(options));
  if (options.expected_status && (*options.expected_status < 100 || *options.expected_status > 999))
    status.Update(absl::InvalidArgumentError("the status to expect must be 100 to 999"));
  return status;
}

}  // namespace forklift::http::load
