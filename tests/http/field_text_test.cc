#include "forklift/http/field_text.h"

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(FieldTextTest, ControlCharactersButTabAreOut) {  // RFC 9110 section 5.5
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    EXPECT_EQ(IsFieldTextCharacter(static_cast<char>(byte)), !control) << byte;
  }
}

TEST(FieldTextTest, MayBeEmpty) {
  EXPECT_TRUE(IsFieldText(""));
  EXPECT_TRUE(IsFieldText("text/html; charset=\"utf-8\"\t\xc3\xa9"));
  EXPECT_FALSE(IsFieldText("a\r\nb"));
}

}  // namespace
}  // namespace forklift::http
