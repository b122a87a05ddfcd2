// What recognizes the names of header_name.h: their spellings, a perfect hash, and patterns to
// compare with.
#ifndef FORKLIFT_HTTP_HEADER_NAME_TABLE_H_
#define FORKLIFT_HTTP_HEADER_NAME_TABLE_H_

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <string_view>

#include "forklift/http/header_name.h"
#include "forklift/http/padded_text.h"

namespace forklift::http {

inline constexpr std::array<std::string_view, kHeaderNameCount> kSpellings = {
    "",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Age",
    "Allow",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Modified",
    "Link",
    "Location",
    "Origin",
    "Pragma",
    "Priority",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Referer",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Strict-Transport-Security",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
};

// What a field's line begins with, "Content-Length: ".
inline constexpr std::array<PaddedText<31>, kHeaderNameCount> kFieldBegins = [] {
  std::array<PaddedText<31>, kHeaderNameCount> begins = {};
  for (size_t i = 1; i < begins.size(); ++i) {
    begins[i].Append(kSpellings[i]);
    begins[i].Append(": ");
  }
  return begins;
}();

// Tells all the names apart; the factors were found by trial. Of a name it takes the size, the
// first and the last character; with a multiple of 8 for a factor, their case does not count.
constexpr uint8_t HashName(size_t size, char first, char last) {
  return static_cast<uint8_t>(size +
                              8 * (5 * static_cast<size_t>(first) - static_cast<size_t>(last)));
}

inline constexpr size_t kPatternSize = 32;

// A name and its colon, to compare with as much text in one go: text | free == wanted. A free bit
// may be either: the case of a letter, and all behind the colon. So is what is before the name, for
// text that begins earlier. No text has the pattern of kOther.
struct alignas(128) NamePattern {
  static constexpr size_t kBefore = 16;

  std::array<char, kBefore + kPatternSize> free = {};
  std::array<char, kBefore + kPatternSize> wanted = {};
};

// In one object, so that one address serves for all.
struct NameTable {
  std::array<NamePattern, kHeaderNameCount> patterns = {};
  std::array<HeaderName, 256> by_hash = {};  // kOther where no name has the hash

  constexpr const NamePattern& pattern(HeaderName name) const {
    return patterns[static_cast<size_t>(name)];
  }
};

inline constexpr NameTable kNameTable = [] {
  NameTable table;
  table.patterns[0].free.fill('\xff');
  for (size_t i = 1; i < kSpellings.size(); ++i) {
    const std::string_view name = kSpellings[i];
    HeaderName& entry = table.by_hash[HashName(name.size(), name.front(), name.back())];
    if (entry != HeaderName::kOther) throw "two names have the same hash";
    entry = static_cast<HeaderName>(i);

    NamePattern& pattern = table.patterns[i];
    pattern.free.fill('\xff');
    pattern.wanted.fill('\xff');
    for (size_t at = 0; at <= name.size(); ++at) {
      const char c = at < name.size() ? name[at] : ':';
      const bool letter = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
      pattern.free[NamePattern::kBefore + at] = letter ? '\x20' : '\0';
      pattern.wanted[NamePattern::kBefore + at] = static_cast<char>(letter ? c | 0x20 : c);
    }
  }
  return table;
}();

static_assert(kHeaderNameCount <= 64);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_HEADER_NAME_TABLE_H_
