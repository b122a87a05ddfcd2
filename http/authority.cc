#include "forklift/http/authority.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/charset.h"
#include "absl/strings/match.h"
#include "forklift/http/ip_literal.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/status_code.h"
#include "forklift/http/uri_characters.h"

namespace forklift::http {
namespace {

ParseError BadHost(size_t offset, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, "RFC 3986 section 3.2.2", reason};
}

ParseError BadPort(size_t offset, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, "RFC 3986 section 3.2.3", reason};
}

// reg-name without its percent-encoded form.
constexpr absl::CharSet kNameCharacters = kUnreserved | kSubDelimiters;

// Where the name at the beginning of `text` ends: at a character that is none of a name's.
size_t NameEnd(std::string_view text) {
  size_t end = 0;
  while (end < text.size()) {
    if (kNameCharacters.contains(text[end])) {
      ++end;
    } else if (DecodePercentTriplet(text, end).value_or(0) != 0) {
      end += 3;
    } else {
      break;
    }
  }
  return end;
}

}  // namespace

std::variant<Authority, ParseError> ParseAuthority(std::string_view text) {
  size_t host_end;
  if (absl::StartsWith(text, "[")) {
    const size_t bracket = text.find(']');
    if (bracket == text.npos) return BadHost(text.size(), "a bracket that is not closed");
    if (!IsIpLiteral(text.substr(1, bracket - 1))) {
      return BadHost(1, "no IP address between the brackets");
    }
    host_end = bracket + 1;
  } else {
    host_end = NameEnd(text);
    if (host_end == 0) return BadHost(0, "no host");
  }
  Authority authority = {text.substr(0, host_end), std::nullopt};
  if (host_end == text.size()) return authority;
  if (text[host_end] != ':') return BadHost(host_end, "a character that no host may have");

  const size_t port_begin = host_end + 1;
  uint32_t port = 0;
  for (size_t i = port_begin; i < text.size(); ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      return BadPort(i, "a port that is not a number");
    }
    port = std::min<uint32_t>(port * 10 + (text[i] - '0'), 65536);  // stays too large once it is
  }
  if (port_begin == text.size()) return authority;
  if (port == 0 || port > 65535) return BadPort(port_begin, "a port that is not from 1 to 65535");
  authority.port = static_cast<uint16_t>(port);
  return authority;
}

}  // namespace forklift::http
