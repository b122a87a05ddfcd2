#include "forklift/http/path.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

ParseError BadRequest(size_t offset, std::string_view rfc, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, rfc, reason};
}

}  // namespace

std::optional<ParseError> AppendNormalizedPath(std::string_view path, std::string& out) {
  if (!absl::StartsWith(path, "/")) {
    return BadRequest(0, "RFC 9112 section 3.2.1", "a path that does not begin with a slash");
  }
  // `out` always ends with a slash where a segment is to be appended, and never shrinks below this.
  out.push_back('/');
  const size_t root = out.size();
  bool has_empty = false;
  for (size_t begin = 1; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const size_t mark = out.size();
    if (std::optional<ParseError> error =
            AppendPercentDecoded(path.substr(begin, end - begin), out)) {
      error->offset += begin;
      return error;
    }
    const std::string_view segment = std::string_view(out).substr(mark);
    if (absl::StrContains(segment, '\0')) {
      return BadRequest(begin, "RFC 9112 section 3.2", "a NUL");
    }
    if (absl::StrContains(segment, '/')) {
      return BadRequest(begin, "RFC 3986 section 2.2", "a percent-encoded slash");
    }
    if (segment == "..") {
      if (mark == root) {
        return BadRequest(begin, "RFC 3986 section 5.2.4", "a path that climbs above its root");
      }
      if (has_empty) {
        return BadRequest(begin, "RFC 3986 section 5.2.4",
                          "a path that climbs behind an empty segment");
      }
      out.resize(out.rfind('/', mark - 2) + 1);  // the segment before goes too
    } else if (segment == ".") {
      out.resize(mark);
    } else if (segment.empty()) {
      has_empty = true;
    } else if (end < path.size()) {
      out.push_back('/');
    }
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace forklift::http
