#include "forklift/http/percent_encoding.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/charset.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "forklift/http/uri_characters.h"

namespace forklift::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<unsigned char> DecodePercentTriplet(std::string_view text, size_t offset) {
  if (text.size() < 3 || offset > text.size() - 3 || text[offset] != '%') return std::nullopt;
  const int high = HexDigit(text[offset + 1]);
  const int low = HexDigit(text[offset + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<unsigned char>(high * 16 + low);
}

std::optional<ParseError> AppendPercentDecoded(std::string_view text, std::string& out) {
  size_t done = 0;
  for (size_t percent; (percent = text.find('%', done)) != text.npos; done = percent + 3) {
    out.append(text, done, percent - done);
    const std::optional<unsigned char> byte = DecodePercentTriplet(text, percent);
    if (!byte) {
      return ParseError{StatusCode::kBadRequest, percent, "RFC 3986 section 2.1",
                        "a percent sign without two hexadecimal digits"};
    }
    if (*byte == 0) {
      return ParseError{StatusCode::kBadRequest, percent, "RFC 3986 section 7.3",
                        "a percent-encoded NUL"};
    }
    out.push_back(static_cast<char>(*byte));
  }
  out.append(text, done);
  return std::nullopt;
}

void AppendPercentEncoded(std::string_view text, UriPart part, std::string& out) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  constexpr absl::CharSet kPathCharacters = kSegmentCharacters | absl::CharSet::Char('/');
  const absl::CharSet& kept = part == UriPart::kPath ? kPathCharacters : kUnreserved;
  for (char c : text) {
    if (kept.contains(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHexDigits[byte / 16]);
    out.push_back(kHexDigits[byte % 16]);
  }
}

}  // namespace forklift::http
