// Stages are what a load is to be, one while after the other: 10s:100,30s:1000 is 10 seconds of 100
// requests/s, or of 100 connections, and then 30 seconds of 1000, without a ramp.
//
// Values and pure functions: they own nothing, never block, and are safe from any thread.
//
//   const auto stages = ParseStages("10s:100,30s:1000", StageValue::kRate);
//   if (!stages.ok()) return stages.status();
//   absl::Duration start;
//   for (const Stage& stage : *stages) {
//     arrivals.SetRate(start, stage.value);
//     start += stage.duration;
//   }
//   arrivals.SetRate(start, 0);
#ifndef FORKLIFT_HTTP_LOAD_STAGES_H_
#define FORKLIFT_HTTP_LOAD_STAGES_H_

#include <stddef.h>

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace forklift::http::load {

struct Stage {
  absl::Duration duration;
  double value;

  friend bool operator==(const Stage&, const Stage&) = default;
};

enum class StageValue {
  kRate,   // 0 to 1e9, with a fraction or without
  kCount,  // a whole number, 0 to 1,000,000
};

inline constexpr size_t kMaxStages = 100;
inline constexpr absl::Duration kMaxStageDuration = absl::Hours(24);

// DURATION:VALUE[,...], with durations as absl::ParseDuration reads them, more than 0 and at most
// kMaxStageDuration. The error is InvalidArgument, and names the stage and what of it is wrong.
absl::StatusOr<std::vector<Stage>> ParseStages(std::string_view text, StageValue kind);

absl::Duration TotalDuration(absl::Span<const Stage> stages);

// The value at `time` since the start: of the stage that has begun and not ended, and 0 before the
// first and from the end of the last on.
double ValueAt(absl::Span<const Stage> stages, absl::Duration time);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_STAGES_H_
