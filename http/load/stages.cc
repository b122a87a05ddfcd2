#include "forklift/http/load/stages.h"

#include <stdint.h>

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace forklift::http::load {
namespace {

constexpr int64_t kMaxRate = 1'000'000'000;
constexpr int64_t kMaxCount = 1'000'000;

absl::Status Wrong(std::string_view stage, std::string_view part, std::string_view rule) {
  return absl::InvalidArgumentError(absl::StrCat("stage '", absl::CHexEscape(stage), "': '",
                                                 absl::CHexEscape(part), "' is no ", rule));
}

absl::StatusOr<Stage> ParseStage(std::string_view text, StageValue kind) {
  if (!absl::StrContains(text, ':')) return Wrong(text, text, "DURATION:VALUE, such as 10s:100");
  const std::pair<std::string_view, std::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  Stage stage = {};
  if (!absl::ParseDuration(parts.first, &stage.duration)) {
    return Wrong(text, parts.first, "duration (write 10s or 500ms)");
  }
  if (stage.duration <= absl::ZeroDuration() || stage.duration > kMaxStageDuration) {
    return Wrong(text, parts.first, absl::StrCat("duration above 0 and up to ", kMaxStageDuration));
  }
  const int64_t most = kind == StageValue::kRate ? kMaxRate : kMaxCount;
  if (!absl::SimpleAtod(parts.second, &stage.value) ||
      !(stage.value >= 0 && stage.value <= static_cast<double>(most))) {  // nor a NaN
    return Wrong(text, parts.second, absl::StrCat("number from 0 to ", most));
  }
  if (kind == StageValue::kCount && stage.value != std::floor(stage.value)) {
    return Wrong(text, parts.second, "whole number");
  }
  return stage;
}

}  // namespace

absl::StatusOr<std::vector<Stage>> ParseStages(std::string_view text, StageValue kind) {
  std::vector<Stage> stages;
  for (std::string_view part : absl::StrSplit(text, ',')) {
    if (stages.size() == kMaxStages) {
      return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxStages, " stages"));
    }
    absl::StatusOr<Stage> stage = ParseStage(part, kind);
    if (!stage.ok()) return std::move(stage).status();
    stages.push_back(*stage);
  }
  return stages;
}

absl::Duration TotalDuration(absl::Span<const Stage> stages) {
  absl::Duration total;
  for (const Stage& stage : stages) total += stage.duration;
  return total;
}

double ValueAt(absl::Span<const Stage> stages, absl::Duration time) {
  if (time < absl::ZeroDuration()) return 0;
  for (const Stage& stage : stages) {
    if (time < stage.duration) return stage.value;
    time -= stage.duration;
  }
  return 0;
}

}  // namespace forklift::http::load
