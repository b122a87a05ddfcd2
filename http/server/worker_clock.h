// WorkerClock is the wall clock of a worker, as coarse as the Date field allows, with that field's
// text made once a second.
//
// Timeouts do not depend on it: they are net::Deadline's. Never blocks. One object, one thread.
#ifndef FORKLIFT_HTTP_SERVER_WORKER_CLOCK_H_
#define FORKLIFT_HTTP_SERVER_WORKER_CLOCK_H_

#include <time.h>

#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/date.h"

namespace forklift::http::server {

class WorkerClock {
 public:
  WorkerClock() { Refresh(); }

  // To a few milliseconds: that clock costs a fraction of the exact one.
  void Refresh() {
    timespec now;
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);  // cannot fail
    Set(absl::TimeFromTimespec(now));
  }
  // Any time, for tests.
  void Set(absl::Time now) {
    now_ = now;
    if (date_from_ <= now && now < date_from_ + absl::Seconds(1)) return;
    date_from_ = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
    date_ = HttpDate(date_from_);
  }

  absl::Time now() const { return now_; }
  // The Date field's value (RFC 9110 section 6.6.1); good until the next change.
  std::string_view date() const { return std::string_view(date_.data(), date_.size()); }

 private:
  absl::Time now_;
  absl::Time date_from_ = absl::InfiniteFuture();
  HttpDateText date_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_WORKER_CLOCK_H_
