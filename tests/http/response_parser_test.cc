#include "forklift/http/response_parser.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(ResponseParserTest, TellsAllOfTheHead) {
  constexpr std::string_view kMessage =
      "HTTP/1.0 404 Not Found\r\nServer: a\r\nContent-Length: 4\r\n\r\nbody";
  ResponseParser parser;
  ASSERT_EQ(parser.Parse(kMessage), ParseState::kComplete);
  const ResponseHead& head = parser.head();
  EXPECT_EQ(head.status, StatusCode::kNotFound);
  EXPECT_EQ(head.reason, "Not Found");
  EXPECT_EQ(head.minor_version, 0);
  EXPECT_EQ(head.fields.size(), 2u);
  EXPECT_EQ(head.fields.Find(HeaderName::kServer), "a");
  EXPECT_EQ(kMessage.substr(head.size), "body");
}

TEST(ResponseParserTest, AnInterimResponseIsAHeadOfItsOwn) {
  std::string_view rest =
      "HTTP/1.1 100 \r\n\r\nHTTP/1.1 103 Early\nLink: a\n\nHTTP/1.1 200 OK\r\n\r\n";
  ResponseParser parser;
  std::string statuses;
  while (!rest.empty()) {
    ASSERT_EQ(parser.Parse(rest), ParseState::kComplete);
    absl::StrAppend(&statuses, static_cast<int>(parser.head().status), parser.head().reason, " ");
    rest.remove_prefix(parser.head().size);
    parser.Reset();
  }
  EXPECT_EQ(statuses, "100 103Early 200OK ");
}

TEST(ResponseParserTest, ResetForgetsHalfAResponseAndAnError) {
  constexpr std::string_view kGood = "HTTP/1.1 200 OK\r\nServer: a\r\n\r\n";
  ResponseParser parser;
  for (const std::string_view before : {"HTT", "HTTP/1.0 200 Not", "HTTP/1.0 200 OK\r\nDate: x\r\n",
                                        "HTTP/2", "HTTP/1.1 200 OK\r\nDate: x\r\n :"}) {
    parser.Parse(before);
    parser.Reset();
    ASSERT_EQ(parser.Parse(kGood), ParseState::kComplete) << before;
    EXPECT_EQ(parser.head().reason, "OK");
    EXPECT_EQ(parser.head().fields.size(), 1u);
    EXPECT_FALSE(parser.head().fields.Has(HeaderName::kDate));
    parser.Reset();
  }
}

TEST(ResponseParserTest, AHeadOfExactlyTheLimitPasses) {
  const std::string head = "HTTP/1.1 200 OK\r\nServer: " + std::string(70, 's') + "\r\n\r\n";
  EXPECT_EQ(EveryWay<ResponseParser>({.head = head.size()}).Parse(head + "body").state,
            ParseState::kComplete);
  const Verdict verdict = EveryWay<ResponseParser>({.head = head.size() - 1}).Parse(head + "body");
  EXPECT_EQ(verdict.status, 431);
  EXPECT_EQ(verdict.offset, head.size() - 1);
}

}  // namespace
}  // namespace forklift::http
