#include "forklift/http/request.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/request_target.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Kind = BodyFraming::Kind;

// Reads the head `text`, which must stay, as the parser that it is read by.
class Reader {
 public:
  explicit Reader(const Limits& limits = {}) : limits_(limits) {}

  std::optional<ParseError> Read(std::string_view text, Request& request) {
    parser_.Reset();
    EXPECT_EQ(parser_.Parse(text), ParseState::kComplete) << text;
    request.head = parser_.head();
    return ReadRequest(limits_, request);
  }

 private:
  Limits limits_;
  RequestParser parser_;
};

TEST(RequestTest, ReadsAllThatAHeadMeans) {
  Reader reader;
  Request request;
  constexpr std::string_view kHead =
      "PUT /a?b HTTP/1.1\r\nHost: Example:8\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
      "Connection: x\r\n\r\n";
  ASSERT_FALSE(reader.Read(kHead, request));
  EXPECT_EQ(request.head.size, kHead.size());
  EXPECT_EQ(request.method, Method::kPut);
  EXPECT_EQ(request.target.form, RequestTarget::Form::kOrigin);
  EXPECT_EQ(request.target.path, "/a");
  EXPECT_EQ(request.target.query, "b");
  ASSERT_TRUE(request.authority.has_value());
  EXPECT_EQ(request.authority->host, "Example");
  EXPECT_EQ(request.authority->port, 8);
  EXPECT_EQ(request.body, (BodyFraming{Kind::kLength, 3}));
  EXPECT_TRUE(request.expects_continue);
  EXPECT_TRUE(request.persists);
}

// Nothing of the one before stays.
TEST(RequestTest, OneRequestAfterAnotherInOneObject) {
  Reader reader;
  Request request;
  ASSERT_FALSE(reader.Read(
      "POST http://b/a?q HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n",
      request));
  ASSERT_FALSE(reader.Read("FOO / HTTP/1.0\r\n\r\n", request));
  EXPECT_EQ(request.method, Method::kOther);
  EXPECT_EQ(request.target.path, "/");
  EXPECT_FALSE(request.target.query.has_value());
  EXPECT_FALSE(request.target.authority.has_value());
  EXPECT_FALSE(request.authority.has_value());
  EXPECT_EQ(request.body, BodyFraming{});
  EXPECT_FALSE(request.expects_continue);
  EXPECT_FALSE(request.persists);
}

// RFC 9112 sections 3.2 and 3.2.2.
TEST(RequestTest, TheServerThatIsMeant) {
  struct Case {
    std::string_view head;
    std::string_view host;
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "a"},
           Case{"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "a"},
           Case{"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "b"},
           Case{"GET http://b/ HTTP/1.0\r\n\r\n", "b"},
           Case{"CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", "b"},
           Case{"OPTIONS * HTTP/1.1\r\nHost: [::1]\r\n\r\n", "[::1]"},
       }) {
    Reader reader;
    Request request;
    ASSERT_FALSE(reader.Read(test.head, request)) << test.head;
    ASSERT_TRUE(request.authority.has_value()) << test.head;
    EXPECT_EQ(request.authority->host, test.host) << test.head;
  }
}

// RFC 9112 section 9.3.
TEST(RequestTest, WhetherTheClientWantsToGoOn) {
  struct Case {
    std::string_view version;
    std::string_view connection;
    bool persists;
  };
  for (const Case& test : {
           Case{"1.1", "x", true},
           Case{"1.1", "close", false},
           Case{"1.1", "keep-alive, Close", false},
           Case{"1.9", "x", true},
           Case{"1.0", "x", false},
           Case{"1.0", "Keep-Alive", true},
           Case{"1.0", "keep-alive\r\nConnection: close", false},
       }) {
    Reader reader;
    Request request;
    const std::string head = absl::StrCat(
        "GET / HTTP/", test.version, "\r\nHost: a\r\nConnection: ", test.connection, "\r\n\r\n");
    ASSERT_FALSE(reader.Read(head, request)) << head;
    EXPECT_EQ(request.persists, test.persists) << head;
  }
}

// RFC 9110 section 10.1.1.
TEST(RequestTest, Expectations) {
  struct Case {
    std::string_view version;
    std::string_view expect;
    std::optional<bool> expects_continue;  // nothing: refused
  };
  for (const Case& test : {
           Case{"1.1", "100-CONTINUE", true},
           Case{"1.1", "100-continue\r\nExpect: 100-continue", true},
           Case{"1.1", "100-continue\r\nExpect: x", std::nullopt},
           Case{"1.1", "x", std::nullopt},
           Case{"1.1", "", std::nullopt},
           Case{"1.0", "100-continue", false},
           Case{"1.0", "x", false},
       }) {
    Reader reader;
    Request request;
    const std::string head = absl::StrCat("GET / HTTP/", test.version,
                                          "\r\nHost: a\r\nExpect: ", test.expect, "\r\n\r\n");
    const std::optional<ParseError> error = reader.Read(head, request);
    ASSERT_EQ(error.has_value(), !test.expects_continue.has_value()) << head;
    if (error) {
      EXPECT_EQ(error->status, StatusCode::kExpectationFailed) << head;
    } else {
      EXPECT_EQ(request.expects_continue, *test.expects_continue) << head;
    }
  }
}

// The place of what is wrong is that in the head.
TEST(RequestTest, WhatIsRefused) {
  struct Case {
    std::string_view before;
    std::string_view wrong;
    std::string_view after;
    int status;
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "", "", 400},
           Case{"GET / HTTP/1.1\r\nA: b\r\n\r\n", "", "", 400},
           Case{"GET / HTTP/1.1\r\nHost: a", " b", "\r\n\r\n", 400},
           Case{"GET /", "%zz", " HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ", "1a", "\r\n\r\n", 400},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ", "11", "\r\n\r\n", 413},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ", "x, chunked", "\r\n\r\n", 501},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nExpect: ", "x", "\r\n\r\n", 417},
       }) {
    Reader reader({.body = 10});
    Request request;
    const std::string head = absl::StrCat(test.before, test.wrong, test.after);
    const std::optional<ParseError> error = reader.Read(head, request);
    ASSERT_TRUE(error.has_value()) << head;
    EXPECT_EQ(static_cast<int>(error->status), test.status) << head;
    EXPECT_LE(error->offset, head.size()) << head;
    if (!test.wrong.empty()) {
      EXPECT_EQ(error->offset, test.before.size()) << head;
    }
    EXPECT_NE(error->rfc, "") << head;
    EXPECT_NE(error->reason, "") << head;
  }
}

// Framing decides first: no other refusal may leave it open where the request ends.
TEST(RequestTest, TheFramingIsReadFirst) {
  Reader reader;
  Request request;
  const auto error =
      reader.Read("GET x HTTP/1.1\r\nContent-Length: x\r\nExpect: x\r\n\r\n", request);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->rfc, "RFC 9112 section 6.3");
}

// What a refused request is still good for, and that nothing else is there to be misled by.
TEST(RequestTest, ARefusedRequestHasItsHeadAndMethodOnly) {
  Reader reader;
  Request request;
  ASSERT_FALSE(
      reader.Read("POST http://b/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", request));
  constexpr std::string_view kHead = "HEAD / HTTP/1.0\r\nHost: a b\r\nContent-Length: 7\r\n\r\n";
  ASSERT_TRUE(reader.Read(kHead, request));
  EXPECT_EQ(request.head.size, kHead.size());
  EXPECT_EQ(request.head.minor_version, 0);
  EXPECT_EQ(request.method, Method::kHead);
  EXPECT_EQ(request.target.path, "");
  EXPECT_FALSE(request.target.authority.has_value());
  EXPECT_FALSE(request.authority.has_value());
  EXPECT_EQ(request.body, BodyFraming{});
  EXPECT_FALSE(request.persists);
}

}  // namespace
}  // namespace forklift::http
