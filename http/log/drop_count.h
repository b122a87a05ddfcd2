// DropCount counts the lines that a log has lost, for all processes that write to it, and tells the
// ordinary log.
//
// Owns a page of memory that it shares with the processes forked after it was made, so that a
// thousand short-lived ones warn once a second and not a thousand times. Never blocks: where
// standard error, which may be the same full pipe, does not take a line at once, the warning waits
// for a later call. Thread-safe; not for signal handlers.
#ifndef FORKLIFT_HTTP_LOG_DROP_COUNT_H_
#define FORKLIFT_HTTP_LOG_DROP_COUNT_H_

#include <stdint.h>

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace forklift::http::log {

class DropCount {
 public:
  // Fails where there is no memory (mmap).
  static absl::StatusOr<std::unique_ptr<DropCount>> Create();
  ~DropCount();

  DropCount(const DropCount&) = delete;
  DropCount& operator=(const DropCount&) = delete;

  // A line was lost. `error_number` is a value of errno, or 0 where a part of it was written.
  void Add(int error_number);

  // Warns of what was added since the last warning, if that was a second ago. `log` names it.
  void WarnWhenDue(std::string_view log);

  // The last line in the log has no end.
  void SetTorn();
  // Whether that is so; for the first caller only, who mends it.
  bool TakeTorn();

  uint64_t count() const;

 private:
  struct Shared;

  explicit DropCount(Shared* shared) : shared_(shared) {}

  Shared* const shared_;
};

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_DROP_COUNT_H_
