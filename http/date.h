// HttpDate writes a time as HTTP's Date and Last-Modified fields want it.
//
// Pure: the time is the caller's, nothing is allocated, the locale is not looked at. Thread-safe.
//
//   const HttpDateText date = HttpDate(absl::Now());
//   writer.AddField("Date", std::string_view(date.data(), date.size()));
#ifndef FORKLIFT_HTTP_DATE_H_
#define FORKLIFT_HTTP_DATE_H_

#include <array>

#include "absl/time/time.h"

namespace forklift::http {

// Always 29 characters, not NUL-terminated: "Sun, 06 Nov 1994 08:49:37 GMT".
using HttpDateText = std::array<char, 29>;

// The IMF-fixdate of `time`, in whole seconds, rounded down (RFC 9110 section 5.6.7). A year that
// four digits cannot tell (infinite times too) becomes the first or last second of the years 0 to
// 9999.
HttpDateText HttpDate(absl::Time time);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_DATE_H_
