// Limits bounds what a peer may make this end hold, count or skip: one struct for all of http/.
//
// Plain values; the defaults are those of a server that faces the internet. All sizes are in bytes.
// Any value may be given: beyond the most that is told below it counts as that, and so it does for
// start_line, head and trailers beyond 2 GiB less one.
#ifndef FORKLIFT_HTTP_LIMITS_H_
#define FORKLIFT_HTTP_LIMITS_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>

namespace forklift::http {

struct Limits {
  // A head: status 414 for the request line, 431 for the rest (RFC 6585 section 5).
  size_t start_line = 8192;  // without its line end; RFC 9112 section 3 asks for 8,000 at least
  size_t field_line = 8192;  // without its line end; at most 65,535
  size_t fields = 100;       // field lines; at most 65,535
  size_t head = 64 * 1024;   // from the start line to the end of the empty line
  size_t empty_lines = 8;    // before a start line; at most 65,535, one at least (section 2.2)

  // A body: status 413 for its size, 400 for its framing.
  uint64_t body = 1024 * 1024;
  size_t chunk_extensions = 4096;  // of one body in all (RFC 9112 section 7.1.1)
  size_t trailers = 8192;          // of one body in all, line ends included

  // A connection.
  size_t requests = 100;
  size_t unread_body = 64 * 1024;  // what is read and dropped of a body that nobody wanted
  size_t interim_responses = 100;  // to one request, before the final one

  // Whether a lone LF ends start lines and field lines (RFC 9112 section 2.2: a recipient MAY
  // recognize it). Chunk lines and trailers never end so.
  bool bare_lf = true;
};

// `limits` within the most that they can be, as the parsers take them.
constexpr Limits ClampLimits(Limits limits) {
  constexpr size_t kMostBytes = (size_t{1} << 31) - 1;
  constexpr size_t kMostLines = 65'535;
  limits.start_line = std::min(limits.start_line, kMostBytes);
  limits.field_line = std::min(limits.field_line, kMostLines);
  limits.fields = std::min(limits.fields, kMostLines);
  limits.head = std::min(limits.head, kMostBytes);
  limits.empty_lines = std::min(limits.empty_lines, kMostLines);
  limits.trailers = std::min(limits.trailers, kMostBytes);
  return limits;
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_LIMITS_H_
