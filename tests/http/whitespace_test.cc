#include "forklift/http/whitespace.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(WhitespaceTest, IsSpacesAndTabs) {
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(IsWhitespace(static_cast<char>(byte)), byte == ' ' || byte == '\t') << byte;
  }
}

TEST(WhitespaceTest, IsTakenOffTheFront) {
  for (std::string_view rest : {"", "a", ",a ", "\va", "\r\n a", "\xa0"}) {
    const std::string spaced = " \t " + std::string(rest);
    std::string_view text = spaced;
    SkipWhitespace(text);
    EXPECT_EQ(text, rest);
  }
}

TEST(WhitespaceTest, IsTakenOffBothEnds) {
  for (std::string_view inner : {"", "a", "a \t b", "\va\r", "\xa0", "\x85"}) {
    EXPECT_EQ(TrimWhitespace(inner), inner);
    const std::string spaced = "\t  " + std::string(inner) + " \t";
    const std::string_view trimmed = TrimWhitespace(spaced);
    EXPECT_EQ(trimmed, inner);
    EXPECT_GE(trimmed.data(), spaced.data());
    EXPECT_LE(trimmed.data(), spaced.data() + spaced.size()) << "a view into the text";
  }
}

}  // namespace
}  // namespace forklift::http
