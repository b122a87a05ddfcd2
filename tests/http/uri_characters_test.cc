#include "forklift/http/uri_characters.h"

#include <string_view>

#include "absl/strings/charset.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(UriCharactersTest, ExactlyThoseOfTheGrammar) {  // RFC 3986 appendix A
  struct Case {
    absl::CharSet characters;
    std::string_view expected;
  };
  for (const Case& c : {
           Case{kUnreserved, "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
           Case{kSubDelimiters, "!$&'()*+,;="},
           Case{kSegmentCharacters,
                "!$&'()*+,;=:@-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
           Case{kTargetCharacters,  // pchar, "/", "?" and what browsers add
                "!$&'()*+,;=:@/?[]^`{|}-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                "abcdefghijklmnopqrstuvwxyz"},
       }) {
    for (int byte = 0; byte < 256; ++byte) {
      const char character = static_cast<char>(byte);
      EXPECT_EQ(c.characters.contains(character), c.expected.find(character) != c.expected.npos)
          << byte;
    }
  }
}

}  // namespace
}  // namespace forklift::http
