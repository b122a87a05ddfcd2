// HttpDate writes a time as HTTP's Date and Last-Modified fields want it, and ParseHttpDate reads
// one in any form that HTTP ever had.
//
// Pure: the time is the caller's, nothing is allocated, the locale is not looked at. Thread-safe.
//
//   const HttpDateText date = HttpDate(absl::Now());
//   writer.AddField("Date", std::string_view(date.data(), date.size()));
#ifndef FORKLIFT_HTTP_DATE_H_
#define FORKLIFT_HTTP_DATE_H_

#include <array>
#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace forklift::http {

// Always 29 characters, not NUL-terminated: "Sun, 06 Nov 1994 08:49:37 GMT".
using HttpDateText = std::array<char, 29>;

// The IMF-fixdate of `time`, in whole seconds, rounded down (RFC 9110 section 5.6.7). A year that
// four digits cannot tell (infinite times too) becomes the first or last second of the years 0 to
// 9999.
HttpDateText HttpDate(absl::Time time);

// The time that `text` tells, as IMF-fixdate, in RFC 850's form or in asctime's (RFC 9110 section
// 5.6.7, which makes all three case-sensitive); nothing where it is none of them. The day must
// exist and bear its own weekday's name, and the time of day end by 23:59:60, a leap second (RFC
// 5322 section 3.3), which is the second that follows it here.
//
// `now` gives a year of two digits, RFC 850's, its century: the latest that puts the time at most
// 50 years into the future.
std::optional<absl::Time> ParseHttpDate(std::string_view text, absl::Time now);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_DATE_H_
