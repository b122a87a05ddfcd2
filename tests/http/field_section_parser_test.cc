#include "forklift/http/field_section_parser.h"

#include <stddef.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using namespace std::string_view_literals;
using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(FieldSectionParserTest, Accepted) {
  struct Case {
    std::string_view input;
    Fields fields;
  };
  const Case kCases[] = {
      {"\r\n", {}},
      {"\n", {}},
      {"Host: a\r\n\r\n", {{"Host", "a"}}},
      {"Host: a\n\n", {{"Host", "a"}}},
      {"Host: a\n\r\n", {{"Host", "a"}}},
      {"hOST:a\r\n\r\n", {{"hOST", "a"}}},
      {"X:\r\n\r\n", {{"X", ""}}},
      {"X: \r\n\r\n", {{"X", ""}}},
      {"X: \t \t\r\n\r\n", {{"X", ""}}},
      {"X:\t v \t\r\n\r\n", {{"X", "v"}}},
      {"X: a \t b \r\n\r\n", {{"X", "a \t b"}}},
      {"X: ::\r\nY: :\r\n\r\n", {{"X", "::"}, {"Y", ":"}}},
      {"A: 1\r\na: 2\r\nA: 1\r\n\r\n", {{"A", "1"}, {"a", "2"}, {"A", "1"}}},
      {"!#$%&'*+-.^_`|~09azAZ: v\r\n\r\n", {{"!#$%&'*+-.^_`|~09azAZ", "v"}}},
      // RFC 9110 section 5.5: opaque, and no white space whatever a character set says.
      {"X: \x85\xa0\x80 \xff\xa0\r\n\r\n", {{"X", "\x85\xa0\x80 \xff\xa0"}}},
      {"X: \xc3\xa9\r\nHost: a\r\n\r\n", {{"X", "\xc3\xa9"}, {"Host", "a"}}},
      // What follows is not looked at.
      {"Host: a\r\n\r\nHost b\r\n\x01\r\n\r\n", {{"Host", "a"}}},
      {"\r\n:a: b\r\n\r\n", {}},
  };
  EveryWay<FieldSection> parser;
  for (const Case& c : kCases) {
    const Verdict verdict = parser.Parse(c.input);
    EXPECT_EQ(verdict.state, ParseState::kComplete) << absl::CHexEscape(c.input) << ": " << verdict;
    EXPECT_EQ(verdict.fields, c.fields) << absl::CHexEscape(c.input) << ": " << verdict;
  }
}

// Each of them alone, behind enough other lines for a vector, and with much behind it.
TEST(FieldSectionParserTest, RefusedAtTheFirstWrongByte) {
  struct Case {
    std::string_view input;
    size_t offset;
    std::string_view rfc;
  };
  const Case kCases[] = {
      // RFC 9112 section 5.1: no white space between name and colon.
      {"X : v\r\n\r\n", 1, "RFC 9112 section 5.1"},
      {"X\t: v\r\n\r\n", 1, "RFC 9112 section 5.1"},
      {"Transfer-Encoding : chunked\r\n\r\n", 17, "RFC 9112 section 5.1"},
      {"Content Length: 1\r\n\r\n", 7, "RFC 9112 section 5.1"},
      // Names.
      {": v\r\n\r\n", 0, "RFC 9110 section 5.1"},
      {":\r\n\r\n", 0, "RFC 9110 section 5.1"},
      {":a: v\r\n\r\n", 0, "RFC 9110 section 5.1"},
      {":Host: v\r\n\r\n", 0, "RFC 9110 section 5.1"},
      {":: v\r\n\r\n", 0, "RFC 9110 section 5.1"},
      {"X[]: v\r\n\r\n", 1, "RFC 9110 section 5.1"},
      {"X\xc3\xa9: v\r\n\r\n", 1, "RFC 9110 section 5.1"},
      {"\"X\": v\r\n\r\n", 0, "RFC 9110 section 5.1"},
      {"Ho(st: v\r\n\r\n", 2, "RFC 9110 section 5.1"},
      {"X\x00: v\r\n\r\n"sv, 1, "RFC 9110 section 5.5"},
      {"X\x7f: v\r\n\r\n", 1, "RFC 9110 section 5.5"},
      // Lines without a colon.
      {"X\r\n\r\n", 1, "RFC 9112 section 5"},
      {"Content-Length\r\n: 1\r\n\r\n", 14, "RFC 9112 section 5"},
      {"X\n\n", 1, "RFC 9112 section 5"},
      {"X v\r\n\r\n", 1, "RFC 9112 section 5.1"},
      // Control characters in values.
      {"X: a\x00z\r\n\r\n"sv, 4, "RFC 9110 section 5.5"},
      {"X: a\x07z\r\n\r\n", 4, "RFC 9110 section 5.5"},
      {"X: a\x0bz\r\n\r\n", 4, "RFC 9110 section 5.5"},
      {"X: a\x1bz\r\n\r\n", 4, "RFC 9110 section 5.5"},
      {"X: a\x7fz\r\n\r\n", 4, "RFC 9110 section 5.5"},
      {"\x01: a\r\n\r\n", 0, "RFC 9110 section 5.5"},
      // A CR that no LF follows, wherever.
      {"X: a\rb\r\n\r\n", 4, "RFC 9112 section 2.2"},
      {"X: a\r\r\n\r\n", 4, "RFC 9112 section 2.2"},
      {"X: a\rY: b\r\n\r\n", 4, "RFC 9112 section 2.2"},
      {"X\r: a\r\n\r\n", 1, "RFC 9112 section 2.2"},
      {"Content\rLength: 1\r\n\r\n", 7, "RFC 9112 section 2.2"},
      {"\rX: a\r\n\r\n", 0, "RFC 9112 section 2.2"},
      {"X: a\r\n\rX", 6, "RFC 9112 section 2.2"},
      {"X: a\r\n\r\r\n", 6, "RFC 9112 section 2.2"},
      // What comes first in a line is what is told of it.
      {"X : a\rb\r\n\r\n", 1, "RFC 9112 section 5.1"},
      {"X[: a\x01\r\n\r\n", 1, "RFC 9110 section 5.1"},
  };
  const std::string before =
      "Host: a\r\nUser-Agent: " + std::string(80, 'u') + "\r\nAccept: */*\r\n";
  const std::string after = "Accept: */*\r\nCookie: " + std::string(80, 'c') + "\r\n\r\n";
  EveryWay<FieldSection> parser;
  for (const Case& c : kCases) {
    for (const std::string& first : {std::string(), before}) {
      for (const std::string& last : {std::string(), after}) {
        const std::string input = absl::StrCat(first, c.input, last);
        const Verdict verdict = parser.Parse(input);
        EXPECT_EQ(verdict.status, 400) << absl::CHexEscape(input) << ": " << verdict;
        EXPECT_EQ(verdict.offset, first.size() + c.offset) << absl::CHexEscape(input) << verdict;
        EXPECT_EQ(verdict.rfc, c.rfc) << absl::CHexEscape(input) << ": " << verdict;
      }
    }
  }
}

TEST(FieldSectionParserTest, FoldedLinesAreRefused) {
  EveryWay<FieldSection> parser;
  for (const std::string_view space : {" ", "\t", "  ", " \t"}) {
    const Verdict folded = parser.Parse(absl::StrCat("X: a\r\n", space, "b\r\n\r\n"));
    EXPECT_EQ(folded.status, 400);
    EXPECT_EQ(folded.offset, 6u);
    EXPECT_EQ(folded.rfc, "RFC 9112 section 5.2");
    EXPECT_EQ(parser.Parse(absl::StrCat("X: a\r\n", space, "\r\n\r\n")), folded);
    EXPECT_EQ(parser.Parse(absl::StrCat("X: a\r\n", space, "Host: a\r\n\r\n")), folded);
    const Verdict first = parser.Parse(absl::StrCat(space, "Host: a\r\n\r\n"));
    EXPECT_EQ(first.status, 400);
    EXPECT_EQ(first.offset, 0u);
    EXPECT_EQ(first.rfc, "RFC 9112 section 2.2");
  }
}

TEST(FieldSectionParserTest, BareLfIsRefusedWhereItIsForbidden) {
  EveryWay<FieldSection> parser({.bare_lf = false});
  EXPECT_EQ(parser.Parse("X: a\r\n\r\n").state, ParseState::kComplete);
  for (const auto& [input, offset] : {std::pair<std::string_view, size_t>{"X: a\n\r\n", 4},
                                      {"X: a\r\n\n", 6},
                                      {"\n", 0},
                                      {"X: a\r\nY: b\n\r\n", 10}}) {
    const Verdict verdict = parser.Parse(input);
    EXPECT_EQ(verdict.status, 400) << absl::CHexEscape(input);
    EXPECT_EQ(verdict.offset, offset) << absl::CHexEscape(input);
    EXPECT_EQ(verdict.reason, "a line that ends in LF alone");
  }
}

TEST(FieldSectionParserTest, EveryByteInANameAndInAValue) {
  EveryWay<FieldSection> parser;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string c(1, static_cast<char>(byte));
    const std::string rest = ": v\r\nHost: " + std::string(60, 'h') + "\r\n\r\n";
    const bool token =
        byte > 0x20 && byte < 0x7f && "\"(),/:;<=>?@[\\]{}"sv.find(c[0]) == std::string_view::npos;
    if (c != ":") {
      const Verdict name = parser.ParseWhole(absl::StrCat("Na", c, "me", rest));
      EXPECT_EQ(name.state, token ? ParseState::kComplete : ParseState::kError) << byte;
      EXPECT_EQ(name.offset, token ? 0u : 2u) << byte;
    }
    const bool opaque = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    const Verdict value = parser.ParseWhole(absl::StrCat("Name: 0", c, "0", rest));
    const bool line_end = c == "\n";  // and then a name of one character
    EXPECT_EQ(value.state, opaque || line_end ? ParseState::kComplete : ParseState::kError) << byte;
    EXPECT_EQ(value.offset, opaque || line_end ? 0u : 7u) << byte;
  }
}

}  // namespace
}  // namespace forklift::http
