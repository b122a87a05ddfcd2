// The characters that methods and field names are made of.
//
// Pure and thread-safe.
#ifndef FORKLIFT_HTTP_TOKEN_H_
#define FORKLIFT_HTTP_TOKEN_H_

#include <algorithm>
#include <string_view>

#include "absl/strings/charset.h"

namespace forklift::http {

// tchar of RFC 9110 section 5.6.2.
inline constexpr absl::CharSet kTokenCharacters =
    absl::CharSet::AsciiAlphanumerics() | absl::CharSet("!#$%&'*+-.^_`|~");

constexpr bool IsTokenCharacter(char c) { return kTokenCharacters.contains(c); }

constexpr bool IsToken(std::string_view text) {
  // A lambda is inlined, a pointer to a function is not.
  const auto is_token_character = [](char c) { return IsTokenCharacter(c); };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_TOKEN_H_
