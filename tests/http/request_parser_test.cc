#include "forklift/http/request_parser.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(RequestParserTest, TellsAllOfTheHead) {
  constexpr std::string_view kMessage =
      "\r\nPUT /a?b HTTP/1.0\r\nHost: c\r\nContent-Length: 4\r\n\r\nbody";
  RequestParser parser;
  ASSERT_EQ(parser.Parse(kMessage), ParseState::kComplete);
  const RequestHead& head = parser.head();
  EXPECT_EQ(head.method, "PUT");
  EXPECT_EQ(head.target, "/a?b");
  EXPECT_EQ(head.minor_version, 0);
  EXPECT_EQ(head.fields.size(), 2u);
  EXPECT_EQ(head.fields.Find(HeaderName::kContentLength), "4");
  EXPECT_EQ(kMessage.substr(head.size), "body");
  EXPECT_EQ(head.target.data(), kMessage.data() + 6) << "a view, not a copy";
}

TEST(RequestParserTest, PipelinedRequestsAreReadOneByOne) {
  std::string_view rest =
      "GET /1 HTTP/1.1\r\nA: 1\r\n\r\n\r\nGET /2 HTTP/1.0\r\n\r\nGET /3 HTTP/1.1\nB: 3\nC: 3\n\n";
  RequestParser parser;
  std::string targets;
  while (!rest.empty()) {
    ASSERT_EQ(parser.Parse(rest), ParseState::kComplete);
    absl::StrAppend(&targets, parser.head().target, "+", parser.head().fields.size(), " ");
    rest.remove_prefix(parser.head().size);
    parser.Reset();
  }
  EXPECT_EQ(targets, "/1+1 /2+0 /3+2 ");
}

TEST(RequestParserTest, ResetForgetsHalfARequestAndAnError) {
  constexpr std::string_view kGood = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestParser parser;
  for (const std::string_view before :
       {"\r\n\r\n", "G", "GET /", "GET / HT", "GET / HTTP/1.0\r",
        "GET / HTTP/1.0\r\nCookie: a\r\nX", "GET\n", "GET / HTTP/1.1\r\nCookie: a\r\nX: \x01"}) {
    parser.Parse(before);
    parser.Reset();
    ASSERT_EQ(parser.Parse(kGood), ParseState::kComplete) << before;
    EXPECT_EQ(parser.head().size, kGood.size());
    EXPECT_EQ(parser.head().minor_version, 1);
    EXPECT_EQ(parser.head().fields.size(), 1u);
    EXPECT_FALSE(parser.head().fields.Has(HeaderName::kCookie));
    parser.Reset();
  }
}

TEST(RequestParserTest, AnErrorInTheFieldsIsCountedFromTheFirstByte) {
  const Verdict verdict = EveryWay<RequestParser>().Parse("\r\nGET / HTTP/1.1\r\nHost : a\r\n\r\n");
  EXPECT_EQ(verdict.status, 400);
  EXPECT_EQ(verdict.offset, 22u);
  EXPECT_EQ(verdict.rfc, "RFC 9112 section 5.1");
}

TEST(RequestParserTest, AHeadOfExactlyTheLimitPasses) {
  for (const std::string_view empty_lines : {"", "\r\n\r\n"}) {  // which do not count
    const std::string head =
        "GET / HTTP/1.1\r\nHost: a\r\nCookie: " + std::string(50, 'c') + "\r\n\r\n";
    const std::string input = absl::StrCat(empty_lines, head, "GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(EveryWay<RequestParser>({.head = head.size()}).Parse(input).state,
              ParseState::kComplete);
    const Verdict verdict = EveryWay<RequestParser>({.head = head.size() - 1}).Parse(input);
    EXPECT_EQ(verdict.status, 431);
    EXPECT_EQ(verdict.offset, empty_lines.size() + head.size() - 1);
  }
}

TEST(RequestParserTest, ALimitOfTheHeadBelowItsFirstLine) {
  EveryWay<RequestParser> parser({.head = 10});
  EXPECT_EQ(parser.Parse("GET / HTTP/1.1\r\n").state, ParseState::kIncomplete);
  EXPECT_EQ(parser.Parse("GET / HTTP/1.1\r\n\r\n").status, 431);
}

// RFC 9112 section 3: at least 8,000.
TEST(RequestParserTest, TheDefaultLimits) {
  EveryWay<RequestParser> parser;
  const std::string target = "/" + std::string(7'985, 't');
  std::string input =
      absl::StrCat("GET ", target, " HTTP/1.1\r\nCookie: ", std::string(8'000, 'c'), "\r\n");
  for (int i = 0; i < 99; ++i)
    absl::StrAppend(&input, "X-", i, ": ", std::string(400, 'x'), "\r\n");
  EXPECT_EQ(parser.ParseWhole(input + "\r\n").state, ParseState::kComplete);
  EXPECT_EQ(parser.ParseWhole(input + "A: b\r\n\r\n").status, 431);
  EXPECT_EQ(parser.ParseWhole(absl::StrCat("GET /", std::string(9'000, 't'))).status, 414);
  EXPECT_EQ(parser.ParseWhole(std::string(9'000, 'M')).status, 501);
}

}  // namespace
}  // namespace forklift::http
