// ParseRequestLine reads the first line of a request: method, target and version (RFC 9112 section
// 3).
//
// Strict: single spaces, a method of token characters, a target of visible ASCII, a version of two
// digits. Pure: views into the caller's bytes, nothing is allocated.
//
//   const auto parsed = ParseRequestLine("GET /hello HTTP/1.1");
//   if (const auto* line = std::get_if<RequestLine>(&parsed)) Serve(line->method, line->target);
#ifndef FORKLIFT_HTTP_REQUEST_LINE_H_
#define FORKLIFT_HTTP_REQUEST_LINE_H_

#include <string_view>
#include <variant>

#include "forklift/http/parse_error.h"

namespace forklift::http {

struct RequestLine {
  std::string_view method;  // case-sensitive, not checked against a list
  std::string_view target;  // as sent: not decoded, not normalized
  int minor_version;  // of HTTP/1: 0 to 9; more than 1 is to be treated as 1 (RFC 9110 section 2.5)
};

// `line` is without its line end. The error's status is 400, or 505 for a version other than
// HTTP/1.x.
std::variant<RequestLine, ParseError> ParseRequestLine(std::string_view line);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_LINE_H_
