#include "forklift/http/ip_literal.h"

#include <stddef.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/charset.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "forklift/http/uri_characters.h"

namespace forklift::http {
namespace {

constexpr absl::CharSet kHexDigits = absl::CharSet::Range('0', '9') |
                                     absl::CharSet::Range('A', 'F') |
                                     absl::CharSet::Range('a', 'f');

bool HasOnly(std::string_view text, const absl::CharSet& characters) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return characters.contains(c); });
}

// Takes what is before the next `separator` off the front of `rest`, and the separator with it.
std::string_view TakeUntil(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

// A number from 0 to 255 without zeros in front.
bool IsOctet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return false;
  int value = 0;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
    value = value * 10 + (c - '0');
  }
  return value <= 255;
}

bool IsIpv4Address(std::string_view text) {
  if (std::count(text.begin(), text.end(), '.') != 3) return false;
  for (int i = 0; i < 4; ++i) {
    if (!IsOctet(TakeUntil(text, '.'))) return false;
  }
  return true;
}

bool IsGroup(std::string_view text) {
  return !text.empty() && text.size() <= 4 && HasOnly(text, kHexDigits);
}

bool IsIpv6Address(std::string_view text) {
  constexpr int kGroups = 8;  // of 16 bits
  int groups = 0;
  bool elided = absl::ConsumePrefix(&text, "::");
  while (!text.empty()) {
    const bool last = text.find(':') == text.npos;
    if (last && text.find('.') != text.npos) {
      if (!IsIpv4Address(text)) return false;
      groups += 2;
      break;
    }
    if (!IsGroup(TakeUntil(text, ':')) || ++groups > kGroups) return false;
    if (last) break;
    if (text.empty()) return false;  // one colon at the end
    if (absl::ConsumePrefix(&text, ":")) {
      if (elided) return false;
      elided = true;
    }
  }
  return elided ? groups < kGroups : groups == kGroups;
}

// "v", a version in hexadecimal, ".", the address.
bool IsFutureAddress(std::string_view text) {
  constexpr absl::CharSet kAddress = kUnreserved | kSubDelimiters | absl::CharSet::Char(':');
  if (!absl::ConsumePrefix(&text, "v") && !absl::ConsumePrefix(&text, "V")) return false;
  const std::string_view version = TakeUntil(text, '.');
  return !version.empty() && HasOnly(version, kHexDigits) && !text.empty() &&
         HasOnly(text, kAddress);
}

}  // namespace

bool IsIpLiteral(std::string_view text) { return IsIpv6Address(text) || IsFutureAddress(text); }

}  // namespace forklift::http
