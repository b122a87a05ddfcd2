#include "forklift/http/percent_encoding.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// What `text` decodes to; nothing where it is refused.
std::optional<std::string> Decoded(std::string_view text) {
  std::string out;
  if (AppendPercentDecoded(text, out)) return std::nullopt;
  return out;
}

std::string Encoded(std::string_view text, UriPart part) {
  std::string out;
  AppendPercentEncoded(text, part, out);
  return out;
}

TEST(PercentEncodingTest, DecodesOnce) {
  EXPECT_EQ(Decoded(""), "");
  EXPECT_EQ(Decoded("plain"), "plain");
  EXPECT_EQ(Decoded("%41%5a%5A%2f"), "AZZ/");
  EXPECT_EQ(Decoded("a%20b+c"), "a b+c");  // a plus sign is one, outside of forms
  EXPECT_EQ(Decoded("%c3%89"), "\xc3\x89");
  EXPECT_EQ(Decoded("%2541"), "%41");
  EXPECT_EQ(Decoded("%25252f"), "%252f");
  EXPECT_EQ(Decoded("%25%34%31"), "%41");
}

TEST(PercentEncodingTest, AppendsToWhatIsThere) {
  std::string out = "%41";
  EXPECT_EQ(AppendPercentDecoded("%42", out), std::nullopt);
  AppendPercentEncoded(" ", UriPart::kPath, out);
  EXPECT_EQ(out, "%41B%20");
}

TEST(PercentEncodingTest, WhatIsNoEncodingIsRefusedWhereItBegins) {
  struct Case {
    std::string_view text;
    size_t offset;
  };
  for (const Case& c :
       {Case{"%", 0}, Case{"%4", 0}, Case{"a%4", 1}, Case{"%zz", 0}, Case{"%4z", 0}, Case{"%z4", 0},
        Case{"%%41", 0}, Case{"%41%", 3}, Case{"% 41", 0}, Case{"%+1", 0}, Case{"%0x41", 0},
        Case{"%u0041", 0}, Case{"%4\xff", 0}, Case{"ab%00", 2}, Case{"%41%00%42", 3}}) {
    std::string out;
    const std::optional<ParseError> error = AppendPercentDecoded(c.text, out);
    ASSERT_TRUE(error.has_value()) << c.text;
    EXPECT_EQ(error->status, StatusCode::kBadRequest);
    EXPECT_EQ(error->offset, c.offset) << c.text;
  }
}

TEST(PercentEncodingTest, ATripletIsThreeCharactersAndNoMore) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = absl::StrCat("x%", absl::Hex(byte, absl::kZeroPad2));
    EXPECT_EQ(DecodePercentTriplet(text, 1), byte);
    EXPECT_EQ(DecodePercentTriplet(text, 0), std::nullopt);
    EXPECT_EQ(DecodePercentTriplet(text, 2), std::nullopt);
    EXPECT_EQ(DecodePercentTriplet(text, text.size() + 1), std::nullopt);
    EXPECT_EQ(DecodePercentTriplet(std::string_view(text).substr(0, 3), 1), std::nullopt);
  }
}

TEST(PercentEncodingTest, EncodesWhatThePartMayNotHave) {
  EXPECT_EQ(Encoded("/a b/c?d#e%f", UriPart::kPath), "/a%20b/c%3Fd%23e%25f");
  EXPECT_EQ(Encoded("/a b/c?d#e%f", UriPart::kComponent), "%2Fa%20b%2Fc%3Fd%23e%25f");
  EXPECT_EQ(Encoded("\xc3\x89\r\n", UriPart::kPath), "%C3%89%0D%0A");
  EXPECT_EQ(Encoded("AZaz09-._~", UriPart::kComponent), "AZaz09-._~");
  EXPECT_EQ(Encoded("!$&'()*+,;=:@", UriPart::kPath), "!$&'()*+,;=:@");
  EXPECT_EQ(Encoded("&=+", UriPart::kComponent), "%26%3D%2B");
}

TEST(PercentEncodingTest, WhatIsEncodedDecodesToTheSame) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  for (UriPart part : {UriPart::kComponent, UriPart::kPath}) {
    EXPECT_EQ(Decoded(Encoded(all, part)), all);
    EXPECT_EQ(Decoded(Encoded(Encoded(all, part), part)), Encoded(all, part));
  }
}

}  // namespace
}  // namespace forklift::http
