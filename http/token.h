// The characters that methods and field names are made of.
#ifndef FORKLIFT_HTTP_TOKEN_H_
#define FORKLIFT_HTTP_TOKEN_H_

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace forklift::http {

// tchar of RFC 9110 section 5.6.2.
inline bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::StrContains("!#$%&'*+-.^_`|~", c);
}

inline bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_TOKEN_H_
