// BaseRun is what an earlier run's JSON report says of it, as far as another is compared with it.
//
// A plain value, and a pure function; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_BASE_RUN_H_
#define FORKLIFT_HTTP_LOAD_BASE_RUN_H_

#include <stdint.h>

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {

struct BaseRun {
  bool is_open_loop;
  absl::Duration elapsed;              // more than 0
  std::vector<uint64_t> answered;      // in each second
  uint64_t failed;                     // requests
  std::unique_ptr<Histogram> latency;  // of the answers, of which there is one or more
};

// Reads what JsonReport writes. kInvalidArgument says what is wrong: no JSON or not to its end,
// another kJsonSchemaVersion, a member that is missing or contradicts others, a run without
// answers.
absl::StatusOr<BaseRun> ParseBaseRun(std::string_view json);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_BASE_RUN_H_
