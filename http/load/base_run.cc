#include "forklift/http/load/base_run.h"

#include <stdint.h>

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/json_schema.h"
#include "nlohmann/json.hpp"

namespace forklift::http::load {
namespace {

using Json = nlohmann::json;

// Members are looked for and their types checked before they are read: what Json would throw for,
// does not happen here.
const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<uint64_t> Count(const Json* json) {
  if (json == nullptr || !json->is_number_unsigned()) return std::nullopt;
  return json->get<uint64_t>();
}

std::optional<absl::Duration> Seconds(const Json* json) {
  constexpr double kNanoseconds = 1e9;
  constexpr double kMost = 1e9;
  if (json == nullptr || !json->is_number()) return std::nullopt;
  const double seconds = json->get<double>();
  if (!(seconds >= 0 && seconds <= kMost)) return std::nullopt;
  return absl::Nanoseconds(std::llround(seconds * kNanoseconds));
}

absl::Status Wrong(std::string_view member) {
  return absl::InvalidArgumentError(
      absl::StrCat("its \"", member, "\" is missing or is not what a report has there"));
}

absl::Status ReadTimeline(const Json& report, BaseRun& run) {
  const Json* timeline = Member(report, "timeline");
  if (timeline == nullptr || !timeline->is_array()) return Wrong("timeline");
  for (const Json& second : *timeline) {
    const std::optional<uint64_t> answered = Count(Member(second, "answered"));
    if (!answered) return Wrong("timeline");
    run.answered.push_back(*answered);
  }
  return absl::OkStatus();
}

absl::Status ReadHistogram(const Json& report, BaseRun& run) {
  const std::optional<uint64_t> answered = Count(Member(report, "answered"));
  if (!answered) return Wrong("answered");
  if (*answered == 0) return absl::InvalidArgumentError("it is of a run without answers");
  const Json* buckets = Member(report, "histogram");
  if (buckets == nullptr || !buckets->is_array()) return Wrong("histogram");
  run.latency = std::make_unique<Histogram>();
  uint64_t left = *answered;
  for (const Json& bucket : *buckets) {
    if (!bucket.is_array() || bucket.size() != 2) return Wrong("histogram");
    const std::optional<absl::Duration> highest = Seconds(&bucket[0]);
    const std::optional<uint64_t> count = Count(&bucket[1]);
    if (!highest || !count || *count > left) return Wrong("histogram");
    run.latency->Record(*highest, *count);
    left -= *count;
  }
  return left == 0 ? absl::OkStatus() : Wrong("histogram");
}

}  // namespace

absl::StatusOr<BaseRun> ParseBaseRun(std::string_view json) {
  const Json report = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded()) return absl::InvalidArgumentError("it is no JSON, or not all of it");
  const std::optional<uint64_t> version = Count(Member(report, "schema_version"));
  if (!version) return absl::InvalidArgumentError("it is no report of a load run");
  if (*version != kJsonSchemaVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("its schema_version is ", *version, ", and not ", kJsonSchemaVersion));
  }
  const Json* loop = Member(report, "loop");
  if (loop == nullptr || (*loop != "open" && *loop != "closed")) return Wrong("loop");
  BaseRun run = {.is_open_loop = *loop == "open",
                 .elapsed = {},
                 .answered = {},
                 .failed = 0,
                 .latency = nullptr};
  absl::Status read = ReadHistogram(report, run);
  read.Update(ReadTimeline(report, run));
  if (!read.ok()) return read;
  const std::optional<absl::Duration> elapsed = Seconds(Member(report, "duration"));
  if (!elapsed || *elapsed == absl::ZeroDuration()) return Wrong("duration");
  run.elapsed = *elapsed;
  const std::optional<uint64_t> failed = Count(Member(report, "failed"));
  if (!failed) return Wrong("failed");
  run.failed = *failed;
  return run;
}

}  // namespace forklift::http::load
