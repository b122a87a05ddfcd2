#include "forklift/http/request_line_parser.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using namespace std::string_view_literals;

TEST(RequestLineParserTest, TellsWhatStandsWhere) {
  const std::string_view message = "\r\n\r\nPOST /a?b HTTP/1.0\r\nHost: a\r\n";
  RequestLineParser parser(Limits{});
  ASSERT_EQ(parser.Parse(message), ParseState::kComplete);
  EXPECT_EQ(parser.begin(), 4u);
  EXPECT_EQ(parser.end(), 24u);
  EXPECT_EQ(parser.method(message.data()), "POST");
  EXPECT_EQ(parser.target(message.data()), "/a?b");
  EXPECT_EQ(parser.minor_version(), 0);
}

TEST(RequestLineParserTest, Accepted) {
  struct Case {
    std::string_view input;
    std::string_view line;
  };
  const Case kCases[] = {
      {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1"},
      {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0"},
      // RFC 9110 section 2.5: a higher minor version is not to be refused.
      {"GET / HTTP/1.2\r\n\r\n", "GET / HTTP/1.2"},
      {"GET / HTTP/1.9\r\n\r\n", "GET / HTTP/1.9"},
      {"GET / HTTP/1.1\n\n", "GET / HTTP/1.1"},
      {"GET / HTTP/1.1\r\n\n", "GET / HTTP/1.1"},
      {"GET / HTTP/1.1\n\r\n", "GET / HTTP/1.1"},
      {"\r\nGET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1"},
      {"\n\r\n\nGET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1"},
      {"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1"},
      // What they mean is for others to tell.
      {"get / HTTP/1.1\r\n\r\n", "get / HTTP/1.1"},
      {"!#$%&'*+-.^_`|~9aZ / HTTP/1.1\r\n\r\n", "!#$%&'*+-.^_`|~9aZ / HTTP/1.1"},
      {"OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.1"},
      {"CONNECT a:443 HTTP/1.1\r\n\r\n", "CONNECT a:443 HTTP/1.1"},
      {"GET http://a@b:80/c?d HTTP/1.1\r\n\r\n", "GET http://a@b:80/c?d HTTP/1.1"},
      {"GET /%zz%00 HTTP/1.1\r\n\r\n", "GET /%zz%00 HTTP/1.1"},
      {"GET /^`{|} HTTP/1.1\r\n\r\n", "GET /^`{|} HTTP/1.1"},
      {"GET HTTP/1.1 HTTP/1.1\r\n\r\n", "GET HTTP/1.1 HTTP/1.1"},
  };
  EveryWay<RequestParser> parser;
  for (const Case& c : kCases) {
    const Verdict verdict = parser.Parse(c.input);
    EXPECT_EQ(verdict.state, ParseState::kComplete) << absl::CHexEscape(c.input) << verdict;
    EXPECT_EQ(verdict.start_line, c.line);
    EXPECT_EQ(verdict.size, c.input.size());
  }
}

TEST(RequestLineParserTest, RefusedAtTheFirstWrongByte) {
  struct Case {
    std::string_view input;
    int status;
    size_t offset;
  };
  const Case kCases[] = {
      // The spaces of RFC 9112 section 3.
      {"GET  / HTTP/1.1\r\n\r\n", 400, 4},
      {"GET\t/ HTTP/1.1\r\n\r\n", 400, 3},
      {"GET /\tHTTP/1.1\r\n\r\n", 400, 5},
      {"GET /  HTTP/1.1\r\n\r\n", 400, 6},
      {"GET / HTTP/1.1 \r\n\r\n", 400, 14},
      {" GET / HTTP/1.1\r\n\r\n", 400, 0},
      {"\r\n GET / HTTP/1.1\r\n\r\n", 400, 2},
      {"GET / a HTTP/1.1\r\n\r\n", 400, 6},
      // HTTP/0.9, and what lacks a part.
      {"GET /\r\n\r\n", 400, 5},
      {"GET /\n", 400, 5},
      {"GET\r\n\r\n", 400, 3},
      {"GET \r\n\r\n", 400, 4},
      {"GET / \r\n\r\n", 400, 6},
      // Other protocols' first bytes.
      {"\x16\x03\x01\x02\x00\x01"sv, 400, 0},
      {"\x00\x00\x00\x00"sv, 400, 0},
      {"SSH-2.0-OpenSSH_9.2\r\n", 400, 19},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 11},
      {"\x80\x2e\x01\x03", 400, 0},
      // Methods.
      {"G(T / HTTP/1.1\r\n\r\n", 400, 1},
      {"GET\x00 / HTTP/1.1\r\n\r\n"sv, 400, 3},
      {"GE\x80 / HTTP/1.1\r\n\r\n", 400, 2},
      {": / HTTP/1.1\r\n\r\n", 400, 0},
      // Versions.
      {"GET / HTTP/2.0\r\n\r\n", 505, 11},
      {"GET / HTTP/0.9\r\n\r\n", 505, 11},
      {"GET / HTTP/9.9\r\n\r\n", 505, 11},
      {"GET / HTTP/1.10\r\n\r\n", 400, 14},
      {"GET / HTTP/01.1\r\n\r\n", 400, 12},
      {"GET / HTTP/1.\r\n\r\n", 400, 13},
      {"GET / HTTP/1\r\n\r\n", 400, 12},
      {"GET / HTTP/11\r\n\r\n", 400, 12},
      {"GET / http/1.1\r\n\r\n", 400, 6},
      {"GET / HTTPS/1.1\r\n\r\n", 400, 10},
      {"GET / HTTP/+1.1\r\n\r\n", 400, 11},
      {"GET / HTTP/1.a\r\n\r\n", 400, 13},
      {"GET / HTTP/1.1\x00\r\n\r\n"sv, 400, 14},
      // A CR that no LF follows.
      {"GET / HTTP/1.1\r\r\n\r\n", 400, 14},
      {"GET / HTTP/1.1\rHost: a\r\n\r\n", 400, 14},
      {"GET /\r HTTP/1.1\r\n\r\n", 400, 5},
      {"G\rET / HTTP/1.1\r\n\r\n", 400, 1},
      {"\rGET / HTTP/1.1\r\n\r\n", 400, 0},
      {"\r\r\nGET / HTTP/1.1\r\n\r\n", 400, 0},
      // Empty lines beyond the limit of 8.
      {"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400, 16},
      {"\n\n\n\n\n\n\n\n\n", 400, 8},
  };
  EveryWay<RequestParser> parser;
  for (const Case& c : kCases) {
    const Verdict verdict = parser.Parse(c.input);
    EXPECT_EQ(verdict.status, c.status) << absl::CHexEscape(c.input) << ": " << verdict;
    EXPECT_EQ(verdict.offset, c.offset) << absl::CHexEscape(c.input) << ": " << verdict;
  }
}

// RFC 9112 section 3.2 and RFC 3986: a list of our own, not the parser's.
TEST(RequestLineParserTest, EveryByteInATarget) {
  EveryWay<RequestParser> parser;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == ' ') continue;  // ends it
    const bool visible = 0x21 <= byte && byte <= 0x7e;
    const bool allowed = visible && "\"#<>\\"sv.find(c) == std::string_view::npos;
    const std::string input =
        absl::StrCat("GET /0123456789", std::string(1, c), "0123456789 HTTP/1.1\r\n\r\n");
    const Verdict verdict = parser.Parse(input);
    EXPECT_EQ(verdict.state, allowed ? ParseState::kComplete : ParseState::kError) << byte;
    EXPECT_EQ(verdict.status, allowed ? 0 : 400) << byte;
    EXPECT_EQ(verdict.offset, allowed ? 0u : 15u) << byte;
  }
}

TEST(RequestLineParserTest, BareLfIsRefusedWhereItIsForbidden) {
  EveryWay<RequestParser> parser({.bare_lf = false});
  EXPECT_EQ(parser.Parse("GET / HTTP/1.1\r\n\r\n").state, ParseState::kComplete);
  EXPECT_EQ(parser.Parse("\r\nGET / HTTP/1.1\r\n\r\n").state, ParseState::kComplete);
  const Verdict behind = parser.Parse("GET / HTTP/1.1\n\r\n");
  EXPECT_EQ(behind.status, 400);
  EXPECT_EQ(behind.offset, 14u);
  const Verdict before = parser.Parse("\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(before.status, 400);
  EXPECT_EQ(before.offset, 0u);
}

TEST(RequestLineParserTest, ALineOfExactlyTheLimitPasses) {
  for (const std::string_view line_end : {"\r\n", "\n"}) {
    for (const std::string_view empty_lines : {"", "\r\n\n"}) {
      for (const size_t limit : {16, 40, 64, 100}) {
        const std::string target = "/" + std::string(limit - 14, 'a');
        const std::string line = absl::StrCat("GET ", target, " HTTP/1.1");
        ASSERT_EQ(line.size(), limit);
        const std::string input = absl::StrCat(empty_lines, line, line_end, line_end);
        EXPECT_EQ(EveryWay<RequestParser>({.start_line = limit}).Parse(input).state,
                  ParseState::kComplete);
        const Verdict verdict = EveryWay<RequestParser>({.start_line = limit - 1}).Parse(input);
        EXPECT_EQ(verdict.status, 414);
        EXPECT_EQ(verdict.offset, empty_lines.size() + limit - 1);
      }
    }
  }
}

TEST(RequestLineParserTest, NothingIsWaitedForBeyondTheLimit) {
  EveryWay<RequestParser> parser({.start_line = 20});
  EXPECT_EQ(parser.Parse("GET /0123456789012").state, ParseState::kIncomplete);
  const Verdict target = parser.Parse("GET /012345678901234567890123456789");
  EXPECT_EQ(target.status, 414);
  EXPECT_EQ(target.offset, 20u);
  EXPECT_EQ(parser.Parse("GET /01234567890123 HT").status, 414);
  // RFC 9110 section 15.6.2: what long method could be known?
  const Verdict method = parser.Parse("METHODMETHODMETHODMETHOD");
  EXPECT_EQ(method.status, 501);
  EXPECT_EQ(method.offset, 20u);
}

TEST(RequestLineParserTest, TheLimitOfEmptyLinesMayBeNone) {
  EveryWay<RequestParser> parser({.empty_lines = 0});
  EXPECT_EQ(parser.Parse("GET / HTTP/1.1\r\n\r\n").state, ParseState::kComplete);
  EXPECT_EQ(parser.Parse("\r\nGET / HTTP/1.1\r\n\r\n").status, 400);
}

}  // namespace
}  // namespace forklift::http
