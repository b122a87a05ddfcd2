#include "forklift/http/status_line_parser.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/response_parser.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using namespace std::string_view_literals;

TEST(StatusLineParserTest, TellsWhatStandsWhere) {
  const std::string_view message = "HTTP/1.0 404 Not Found\r\nServer: a\r\n";
  StatusLineParser parser(Limits{});
  ASSERT_EQ(parser.Parse(message), ParseState::kComplete);
  EXPECT_EQ(parser.end(), 24u);
  EXPECT_EQ(parser.status(), StatusCode::kNotFound);
  EXPECT_EQ(parser.reason(message.data()), "Not Found");
  EXPECT_EQ(parser.minor_version(), 0);
}

TEST(StatusLineParserTest, Accepted) {
  struct Case {
    std::string_view input;
    std::string_view line;
  };
  const Case kCases[] = {
      {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK"},
      {"HTTP/1.0 999 OK\r\n\r\n", "HTTP/1.0 999 OK"},
      {"HTTP/1.9 100 \r\n\r\n", "HTTP/1.9 100 "},
      {"HTTP/1.1 299 \r\n\r\n", "HTTP/1.1 299 "},
      {"HTTP/1.1 200  a\tb \r\n\r\n", "HTTP/1.1 200  a\tb "},
      {"HTTP/1.1 200 \x80\xff\xc3\xa9\r\n\r\n", "HTTP/1.1 200 \x80\xff\xc3\xa9"},
      {"HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK"},
      {"HTTP/1.1 200 \n\r\n", "HTTP/1.1 200 "},
  };
  EveryWay<ResponseParser> parser;
  for (const Case& c : kCases) {
    const Verdict verdict = parser.Parse(c.input);
    EXPECT_EQ(verdict.state, ParseState::kComplete) << absl::CHexEscape(c.input) << verdict;
    EXPECT_EQ(verdict.start_line, c.line);
    EXPECT_EQ(verdict.size, c.input.size());
  }
}

TEST(StatusLineParserTest, RefusedAtTheFirstWrongByte) {
  struct Case {
    std::string_view input;
    size_t offset;
  };
  const Case kCases[] = {
      {"\r\nHTTP/1.1 200 OK\r\n\r\n", 0},
      {" HTTP/1.1 200 OK\r\n\r\n", 0},
      {"http/1.1 200 OK\r\n\r\n", 0},
      {"HTTPS/1.1 200 OK\r\n\r\n", 4},
      {"ICY 200 OK\r\n\r\n", 0},
      {"<html>", 0},
      {"HTTP/2.0 200 OK\r\n\r\n", 5},
      {"HTTP/0.9 200 OK\r\n\r\n", 5},
      {"HTTP/1.10 200 OK\r\n\r\n", 8},
      {"HTTP/1.x 200 OK\r\n\r\n", 7},
      {"HTTP/1 200 OK\r\n\r\n", 6},
      {"HTTP/1.1  200 OK\r\n\r\n", 9},
      {"HTTP/1.1\t200 OK\r\n\r\n", 8},
      {"HTTP/1.1 099 OK\r\n\r\n", 9},
      {"HTTP/1.1 20 OK\r\n\r\n", 11},
      {"HTTP/1.1 2000 OK\r\n\r\n", 12},
      {"HTTP/1.1 +20 OK\r\n\r\n", 9},
      {"HTTP/1.1 2a0 OK\r\n\r\n", 10},
      {"HTTP/1.1 200\tOK\r\n\r\n", 12},
      // RFC 9112 section 4: the space MUST be there even where the reason is not.
      {"HTTP/1.1 200\r\n\r\n", 12},
      {"HTTP/1.1\r\n\r\n", 8},
      {"HTTP/1.1 200 O\x00K\r\n\r\n"sv, 14},
      {"HTTP/1.1 200 O\x7fK\r\n\r\n", 14},
      {"HTTP/1.1 200 O\x1bK\r\n\r\n", 14},
      {"HTTP/1.1 200 O\rK\r\n\r\n", 14},
      {"HTTP/1.1 200 OK\r\r\n\r\n", 15},
      {"HTTP/1.1 200 \rServer: a\r\n\r\n", 13},
  };
  EveryWay<ResponseParser> parser;
  for (const Case& c : kCases) {
    const Verdict verdict = parser.Parse(c.input);
    EXPECT_EQ(verdict.status, 502) << absl::CHexEscape(c.input) << ": " << verdict;
    EXPECT_EQ(verdict.offset, c.offset) << absl::CHexEscape(c.input) << ": " << verdict;
  }
}

TEST(StatusLineParserTest, BareLfIsRefusedWhereItIsForbidden) {
  EveryWay<ResponseParser> parser({.bare_lf = false});
  EXPECT_EQ(parser.Parse("HTTP/1.1 200 OK\r\n\r\n").state, ParseState::kComplete);
  const Verdict verdict = parser.Parse("HTTP/1.1 200 OK\n\r\n");
  EXPECT_EQ(verdict.status, 502);
  EXPECT_EQ(verdict.offset, 15u);
}

TEST(StatusLineParserTest, ALineOfExactlyTheLimitPasses) {
  for (const std::string_view line_end : {"\r\n", "\n"}) {
    for (const size_t limit : {14, 29, 64, 100, 1000}) {
      const std::string line = "HTTP/1.1 200 " + std::string(limit - 13, 'r');
      const std::string input = absl::StrCat(line, line_end, line_end);
      EXPECT_EQ(EveryWay<ResponseParser>({.start_line = limit}).Parse(input).state,
                ParseState::kComplete);
      const Verdict verdict = EveryWay<ResponseParser>({.start_line = limit - 1}).Parse(input);
      EXPECT_EQ(verdict.status, 502);
      EXPECT_EQ(verdict.offset, limit - 1);
      EXPECT_EQ(verdict.reason, "the status line is too long");
    }
  }
}

}  // namespace
}  // namespace forklift::http
