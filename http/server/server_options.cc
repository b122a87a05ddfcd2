#include "forklift/http/server/server_options.h"

#include <stddef.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/proc/cgroup_limits.h"

namespace forklift::http::server {
namespace {

constexpr std::array<std::string_view, 5> kModelNames = {"iterative", "fork", "prefork", "thread",
                                                         "event"};
constexpr size_t kMaxWorkers = 1024;
constexpr size_t kMaxThreads = 4096;

absl::Status CheckRange(std::string_view name, size_t value, size_t least, size_t most) {
  if (least <= value && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " must be ", least, " to ", most, ", not ", value));
}

absl::Status CheckPositive(std::string_view name, absl::Duration value) {
  if (value > absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " must be more than 0"));
}

absl::Status CheckNotNegative(std::string_view name, absl::Duration value) {
  if (value >= absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " must not be negative"));
}

}  // namespace

std::string_view ModelName(Model model) { return kModelNames[static_cast<size_t>(model)]; }

std::optional<Model> ParseModel(std::string_view name) {
  for (size_t i = 0; i < kModelNames.size(); ++i) {
    if (kModelNames[i] == name) return static_cast<Model>(i);
  }
  return std::nullopt;
}

absl::Status Check(const ServerOptions& options) {
  constexpr size_t kAny = SIZE_MAX;
  absl::Status status;
  status.Update(CheckRange("workers", options.workers, 0, kMaxWorkers));
  status.Update(CheckRange("threads", options.threads, 1, kMaxThreads));
  status.Update(CheckRange("max-connections", options.max_connections, 1, 1 << 24));
  status.Update(CheckRange("limit-request-line", options.limits.start_line, 16, 1 << 20));
  status.Update(CheckRange("limit-request-field-size", options.limits.field_line, 16, 65535));
  status.Update(CheckRange("limit-request-fields", options.limits.fields, 1, 65535));
  status.Update(CheckRange("limit-header-bytes", options.limits.head, 64, 1 << 24));
  status.Update(CheckRange("keep-alive-requests", options.limits.requests, 1, kAny));
  status.Update(CheckPositive("header-timeout", options.timeouts.header));
  status.Update(CheckPositive("body-timeout", options.timeouts.body));
  status.Update(CheckPositive("write-timeout", options.timeouts.write));
  status.Update(CheckNotNegative("keep-alive", options.timeouts.keep_alive));
  status.Update(CheckPositive("request-timeout", options.timeouts.request));
  status.Update(CheckNotNegative("lameduck", options.lameduck));
  status.Update(CheckNotNegative("drain-timeout", options.drain));
  status.Update(CheckNotNegative("kill-timeout", options.kill));
  if (!(options.timeouts.min_rate >= 0)) {
    status.Update(absl::InvalidArgumentError("min-rate must not be negative"));
  }
  if (options.listener.backlog < 1) {
    status.Update(absl::InvalidArgumentError("backlog must be at least 1"));
  }
  if (options.max_requests == 0 && options.max_requests_jitter > 0) {
    status.Update(absl::InvalidArgumentError("max-requests-jitter goes with max-requests only"));
  }
  if (options.model == Model::kIterative && options.workers > 1) {
    status.Update(absl::InvalidArgumentError(
        "workers must be 1 in the iterative model, which serves one client at a time"));
  }
  return status;
}

size_t WorkerCount(const ServerOptions& options) {
  if (options.workers > 0) return options.workers;
  switch (options.model) {
    case Model::kIterative:
    case Model::kFork:
    case Model::kThread:
      return 1;
    case Model::kPrefork:
    case Model::kEvent:
      break;
  }
  return std::min(static_cast<size_t>(proc::EffectiveCpuCount()), kMaxWorkers);
}

std::string Summary(const ServerOptions& options) {
  const size_t workers = WorkerCount(options);
  std::string at_once = absl::StrCat(workers);  // requests
  if (options.model == Model::kFork) at_once = absl::StrCat(options.max_connections);
  if (options.model == Model::kThread) at_once = absl::StrCat(workers * options.threads);
  return absl::StrCat("model ", ModelName(options.model), ", ", workers,
                      workers == 1 ? " worker, " : " workers, ", at_once,
                      at_once == "1" ? " request at once; " : " requests at once; ",
                      options.max_connections, " connections; timeouts: header ",
                      absl::FormatDuration(options.timeouts.header), ", body ",
                      absl::FormatDuration(options.timeouts.body), ", write ",
                      absl::FormatDuration(options.timeouts.write), ", keep-alive ",
                      absl::FormatDuration(options.timeouts.keep_alive), ", request ",
                      absl::FormatDuration(options.timeouts.request), "; at most ",
                      options.limits.head, " bytes of head and ", options.limits.body, " of body");
}

}  // namespace forklift::http::server
