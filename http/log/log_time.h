// The time in the lines of a log.
//
// Thread-safe, safe across fork; not for signal handlers.
#ifndef FORKLIFT_HTTP_LOG_LOG_TIME_H_
#define FORKLIFT_HTTP_LOG_LOG_TIME_H_

#include "absl/time/time.h"
#include "forklift/http/log/log_line.h"

namespace forklift::http::log {

// "10/Oct/2000:13:55:36 -0700": the common log format's. Each thread keeps the text of its last
// second.
void AddLocalTime(absl::Time time, absl::TimeZone zone, LogLine& line);

// "2000-10-10T20:55:36.000Z": RFC 3339's, in UTC. A time before 1970 or after 9999 is written as
// the nearest one between.
void AddUtcTime(absl::Time time, LogLine& line);

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_LOG_TIME_H_
