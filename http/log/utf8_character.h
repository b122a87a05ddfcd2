// Utf8CharacterSize tells a well-formed character of UTF-8 from other bytes.
//
// Pure and thread-safe.
#ifndef FORKLIFT_HTTP_LOG_UTF8_CHARACTER_H_
#define FORKLIFT_HTTP_LOG_UTF8_CHARACTER_H_

#include <stddef.h>

#include <string_view>

namespace forklift::http::log {

// How many bytes the first character of `text`, which is not empty, takes: 1 to 4; 0 where it does
// not begin with a whole one. Strict: no overlong form, no surrogate, nothing above U+10FFFF (RFC
// 3629 section 4).
constexpr size_t Utf8CharacterSize(std::string_view text) {
  const auto byte = [text](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < size) return 0;
  // The rest of the rules are bounds of the second byte.
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (size_t at = 2; at < size; ++at) {
    if (byte(at) < 0x80 || byte(at) > 0xbf) return 0;
  }
  return size;
}

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_UTF8_CHARACTER_H_
