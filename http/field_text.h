// The characters that field values and reason phrases are made of.
//
// Pure and thread-safe.
#ifndef FORKLIFT_HTTP_FIELD_TEXT_H_
#define FORKLIFT_HTTP_FIELD_TEXT_H_

#include <algorithm>
#include <string_view>

namespace forklift::http {

// field-vchar, SP and HTAB of RFC 9110 section 5.5: no control characters else. Bytes from 0x80 up
// are opaque but allowed.
constexpr bool IsFieldTextCharacter(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

constexpr bool IsFieldText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsFieldTextCharacter(c); });
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_FIELD_TEXT_H_
