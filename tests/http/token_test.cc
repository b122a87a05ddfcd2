#include "forklift/http/token.h"

#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(TokenTest, ExactlyTheCharactersOfTheGrammar) {  // RFC 9110 section 5.6.2
  constexpr std::string_view kTokenCharacters =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(IsTokenCharacter(c), kTokenCharacters.find(c) != std::string_view::npos) << byte;
  }
}

TEST(TokenTest, OneCharacterAtLeast) {
  EXPECT_TRUE(IsToken("a"));
  EXPECT_TRUE(IsToken("Content-Length"));
  EXPECT_FALSE(IsToken(""));
  EXPECT_FALSE(IsToken("Content Length"));
  EXPECT_FALSE(IsToken("Host:"));
}

}  // namespace
}  // namespace forklift::http
