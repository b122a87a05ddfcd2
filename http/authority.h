// ParseAuthority reads "host" or "host:port", as the Host field and a request's target name a
// server (RFC 9110 section 7.2, RFC 3986 section 3.2).
//
// Strict: what a sloppy parser could take for another host (user information, a path, a second
// port, spaces) is an error. So is what would be something else once decoded or used as a name of a
// file: percent-encoding (which no client needs, domain names being ASCII), dots alone, and zeros
// before a port. Pure: views into the caller's bytes, nothing is allocated. Thread-safe.
//
//   Authority host;
//   if (const auto error = ParseAuthority(host_field, host)) Refuse(*error);
#ifndef FORKLIFT_HTTP_AUTHORITY_H_
#define FORKLIFT_HTTP_AUTHORITY_H_

#include <stdint.h>

#include <optional>
#include <string_view>

#include "forklift/http/parse_error.h"

namespace forklift::http {

struct Authority {
  // As sent: a name, an IPv4 address, or an IP literal with its brackets. Never empty. Compare it
  // without regard to case (RFC 9110 section 4.2.3).
  std::string_view host;
  std::optional<uint16_t> port;  // "a:" has none; never 0
};

// Sets `authority` to what `text` says, which is the whole value, without white space around it; or
// says what is wrong, with status 400, for an empty text too, and `authority` is then of no use.
std::optional<ParseError> ParseAuthority(std::string_view text, Authority& authority);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_AUTHORITY_H_
