// FormatAccessRecord writes an access record as one line of a log: as Apache and nginx do, or as
// JSON.
//
// Nothing that a client sends can add a line or a field. A line has at most kMaxAccessLine bytes;
// values that are longer than fits end in "...". No I/O and no allocation. Thread-safe, safe across
// fork; not for signal handlers.
//
//   char buffer[kMaxAccessLine];
//   const std::string_view line = FormatAccessRecord(record, AccessFormat::kCombined,
//                                                    absl::LocalTimeZone(),
//                                                    absl::MakeSpan(buffer));
#ifndef FORKLIFT_HTTP_LOG_ACCESS_FORMAT_H_
#define FORKLIFT_HTTP_LOG_ACCESS_FORMAT_H_

#include <stddef.h>

#include <string_view>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/log/access_record.h"

namespace forklift::http::log {

enum class AccessFormat {
  // 127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.1" 200 2326
  // The common log format, as Apache writes it: "-" stands for no content.
  kCommon,
  // The same and "REFERER" "USER AGENT", as nginx's format of this name: 0 stands for no content.
  kCombined,
  // An object with OpenTelemetry's names for HTTP, and time (RFC 3339, UTC), duration_s, pid and,
  // where it is true, aborted. What is not known is left out.
  kJson,
};

// What a pipe takes whole or not at all (PIPE_BUF of Linux).
inline constexpr size_t kMaxAccessLine = 4096;

// The line, its newline included, in `buffer`, which has kMaxAccessLine bytes or more. `zone` is
// for the two text formats. In these:
//   - quotes, backslashes and all that is not printable ASCII are escaped as nginx does: \x22;
//   - "-" stands for a request whose head could not be read, as with Apache, and for what the
//     request does not have;
//   - 499 stands for no answer, as with nginx: readers of logs take no status but 100 to 599;
//   - an IPv6 client has no scope, and one that is mapped from IPv4 is written as IPv4; a client on
//     a Unix socket is "unix:", as with nginx (for goaccess: --no-ip-validation).
std::string_view FormatAccessRecord(const AccessRecord& record, AccessFormat format,
                                    absl::TimeZone zone, absl::Span<char> buffer);

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_ACCESS_FORMAT_H_
