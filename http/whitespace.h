// The optional white space of HTTP: spaces and tabs, and nothing else (RFC 9110 section 5.6.3).
//
// Pure and thread-safe.
#ifndef FORKLIFT_HTTP_WHITESPACE_H_
#define FORKLIFT_HTTP_WHITESPACE_H_

#include <algorithm>
#include <string_view>

namespace forklift::http {

constexpr bool IsWhitespace(char c) { return c == ' ' || c == '\t'; }

// Takes it off the front.
constexpr void SkipWhitespace(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// Without it at both ends.
constexpr std::string_view TrimWhitespace(std::string_view text) {
  SkipWhitespace(text);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_WHITESPACE_H_
