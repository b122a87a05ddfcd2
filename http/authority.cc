#include "forklift/http/authority.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "absl/strings/match.h"
#include "forklift/http/ip_literal.h"
#include "forklift/http/parse_error.h"
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

// reg-name without its percent-encoded form; a table, because each character is looked up.
constexpr std::array<bool, 256> kIsNameCharacter = [] {
  std::array<bool, 256> is = {};
  for (size_t c = 0; c < is.size(); ++c) {
    is[c] = (kUnreserved | kSubDelimiters).contains(static_cast<char>(c));
  }
  return is;
}();

// Where the name at the beginning of `text` ends: at a character that is none of a name's.
size_t NameEnd(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(),
                                    [](unsigned char c) { return kIsNameCharacter[c]; });
  return static_cast<size_t>(end - text.begin());
}

constexpr size_t kMostPortDigits = std::string_view("65535").size();

std::optional<ParseError> ParsePort(std::string_view text, size_t begin, Authority& authority) {
  if (begin == text.size()) return std::nullopt;
  uint32_t port = 0;
  for (size_t i = begin; i < text.size(); ++i) {
    const uint32_t digit = static_cast<unsigned char>(text[i]) - uint32_t{'0'};
    if (digit > 9) return BadPort(i, "a port that is not a number");
    port = port * 10 + digit;  // may overflow, of more digits than a port has
  }
  if (text[begin] == '0' || text.size() - begin > kMostPortDigits || port > 65535) {
    return BadPort(begin, "a port that is not from 1 to 65535");
  }
  authority.port = static_cast<uint16_t>(port);
  return std::nullopt;
}

// Takes the host, which ends at `host_end`, and what is behind it.
inline std::optional<ParseError> TakeHost(std::string_view text, size_t host_end,
                                          Authority& authority) {
  authority.host = text.substr(0, host_end);
  authority.port.reset();
  if (host_end == text.size()) return std::nullopt;
  if (text[host_end] != ':') return BadHost(host_end, "a character that no host may have");
  return ParsePort(text, host_end + 1, authority);
}

// Kept apart so that the usual case need not save the registers that this takes.
[[gnu::noinline]] std::optional<ParseError> ParseBracketed(std::string_view text,
                                                           Authority& authority) {
  const size_t bracket = text.find(']');
  if (bracket == text.npos) return BadHost(text.size(), "a bracket that is not closed");
  if (!IsIpLiteral(text.substr(1, bracket - 1))) {
    return BadHost(1, "no IP address between the brackets");
  }
  return TakeHost(text, bracket + 1, authority);
}

}  // namespace

std::optional<ParseError> ParseAuthority(std::string_view text, Authority& authority) {
  if (absl::StartsWith(text, "[")) return ParseBracketed(text, authority);
  const size_t host_end = NameEnd(text);
  if (host_end == 0) return BadHost(0, "no host");
  if (text.find_first_not_of('.') >= host_end) return BadHost(0, "a host of dots");
  return TakeHost(text, host_end, authority);
}

}  // namespace forklift::http
