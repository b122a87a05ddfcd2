// Limits bounds what a peer may make this end hold, count or skip: one struct for all of http/.
//
// Plain values; the defaults are those of a server that faces the internet. All sizes are in bytes.
#ifndef FORKLIFT_HTTP_LIMITS_H_
#define FORKLIFT_HTTP_LIMITS_H_

#include <stddef.h>
#include <stdint.h>

namespace forklift::http {

struct Limits {
  // A head: status 414 for the request line, 431 for the rest (RFC 6585 section 5).
  size_t start_line = 8192;  // without its line end; RFC 9112 section 3 asks for 8,000 at least
  size_t field_line = 8192;  // without its line end; at most 65,535
  size_t fields = 100;       // field lines; at most 65,535
  size_t head = 64 * 1024;   // from the start line to the end of the empty line; below 2 GiB
  size_t empty_lines = 8;    // before a start line (RFC 9112 section 2.2 asks for one at least)

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

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_LIMITS_H_
