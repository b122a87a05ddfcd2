#include "forklift/http/log/utf8_character.h"

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

std::string Encoded(uint32_t c) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  const auto next = [&](int shift) { return byte(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), next(0)};
  if (c < 0x10000) return {byte(0xe0 | c >> 12), next(6), next(0)};
  return {byte(0xf0 | c >> 18), next(12), next(6), next(0)};
}

TEST(Utf8CharacterTest, EveryCharacterIsWholeAndNoneIsCut) {
  for (uint32_t c = 0; c < 0x110000; ++c) {
    const bool surrogate = 0xd800 <= c && c < 0xe000;
    const std::string text = Encoded(c);
    ASSERT_EQ(Utf8CharacterSize(text), surrogate ? 0 : text.size()) << c;
    ASSERT_EQ(Utf8CharacterSize(text + "\x80"), surrogate ? 0 : text.size()) << c;
    if (text.size() > 1) {
      ASSERT_EQ(Utf8CharacterSize(std::string_view(text).substr(0, text.size() - 1)), 0u) << c;
    }
  }
}

TEST(Utf8CharacterTest, NothingElseIs) {
  for (std::string_view text : {
           "\x80",
           "\xbf\x80",
           "\xff",
           "\xfe",
           "\xc3",
           "\xc3(",
           "\xe2\x82",
           "\xe2(\xac",
           "\xe2\x82(",
           "\xf0\x9f\x98(",
           "\xf0\x9f(\x80",
           "\xc0\x80",
           "\xc1\xbf",
           "\xe0\x80\x80",
           "\xe0\x9f\xbf",
           "\xf0\x80\x80\x80",
           "\xf0\x8f\xbf\xbf",  // overlong
           "\xed\xa0\x80",
           "\xed\xbf\xbf",  // surrogates
           "\xf4\x90\x80\x80",
           "\xf5\x80\x80\x80",
           "\xf8\x88\x80\x80\x80",  // above U+10FFFF
       }) {
    EXPECT_EQ(Utf8CharacterSize(text), 0u) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace forklift::http::log
