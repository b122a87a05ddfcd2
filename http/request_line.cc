#include "forklift/http/request_line.h"

#include <stddef.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "forklift/http/token.h"

namespace forklift::http {
namespace {

// Visible ASCII less the fragment, which is never sent (RFC 9112 section 3.2), and what no client
// leaves as it is. Browsers send some of ^ ` { | } although RFC 3986 wants them escaped.
bool IsTargetCharacter(char c) { return c > ' ' && c < '\x7f' && !absl::StrContains("\"#<>\\", c); }

ParseError BadRequest(size_t offset, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, "RFC 9112 section 3", reason};
}

}  // namespace

std::variant<RequestLine, ParseError> ParseRequestLine(std::string_view line) {
  const size_t method_end =
      std::find_if_not(line.begin(), line.end(), IsTokenCharacter) - line.begin();
  if (method_end == 0) return BadRequest(0, "the request line does not begin with a method");
  if (method_end == line.size() || line[method_end] != ' ') {
    return BadRequest(method_end, "no single space after the method");
  }
  const size_t target_begin = method_end + 1;
  const size_t target_end =
      std::find_if_not(line.begin() + target_begin, line.end(), IsTargetCharacter) - line.begin();
  if (target_end == target_begin) return BadRequest(target_begin, "no target after the method");
  if (target_end == line.size()) return BadRequest(target_end, "no version after the target");
  if (line[target_end] != ' ') return BadRequest(target_end, "a character that no target may have");

  const size_t version_begin = target_end + 1;
  const std::string_view version = line.substr(version_begin);
  if (version.size() != 8 || !absl::StartsWith(version, "HTTP/") ||
      !absl::ascii_isdigit(version[5]) || version[6] != '.' || !absl::ascii_isdigit(version[7])) {
    return BadRequest(version_begin, "the request line does not end with a version like HTTP/1.1");
  }
  if (version[5] != '1') {
    return ParseError{StatusCode::kHttpVersionNotSupported, version_begin + 5,
                      "RFC 9110 section 15.6.6", "a version other than HTTP/1"};
  }
  return RequestLine{line.substr(0, method_end),
                     line.substr(target_begin, target_end - target_begin), version[7] - '0'};
}

}  // namespace forklift::http
