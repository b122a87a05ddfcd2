#include "forklift/http/server_connection.h"

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/support/echo_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Event = ServerConnection::Event;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Begins a response to the request at hand, of unknown length if so wanted.
std::string Begin(ServerConnection& connection, std::optional<uint64_t> length = 0) {
  char buffer[256];
  const auto head = connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                             absl::Span<const Field>(), length);
  return std::string(head.value_or("refused"));
}

TEST(ServerConnectionTest, AnswersOneRequestAfterAnother) {
  EchoServer server;
  server.Receive(kGet);
  EXPECT_EQ(server.sent, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nGET /");
  server.Receive("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(server.requests, testing::ElementsAre("GET /", "POST /p hi"));
  EXPECT_FALSE(server.closed());
}

TEST(ServerConnectionTest, PipelinedRequestsInOneSegmentOrInBytes) {
  std::string input;
  for (int i = 0; i < 20; ++i) absl::StrAppend(&input, "GET /", i, " HTTP/1.1\r\nHost: a\r\n\r\n");
  EchoServer whole;
  whole.Receive(input);
  EchoServer bytewise;
  for (const char& byte : input) bytewise.Receive(std::string_view(&byte, 1));
  EXPECT_EQ(whole.requests.size(), 20u);
  EXPECT_EQ(whole.requests[19], "GET /19");
  EXPECT_EQ(whole.sent, bytewise.sent);
}

// RFC 9112 section 9.3.
TEST(ServerConnectionTest, WhoCloses) {
  struct Case {
    std::string_view request;
    bool closes;
    std::string_view connection;  // field of the response
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, ""},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", true, "close"},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", true, "close"},
           Case{"GET / HTTP/1.0\r\n\r\n", true, "close"},
           Case{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, "keep-alive"},
           Case{"GET / HTTP/1.9\r\nHost: a\r\n\r\n", false, ""},
       }) {
    EchoServer server;
    server.Receive(absl::StrCat(test.request, kGet));
    EXPECT_EQ(server.closed(), test.closes) << test.request;
    EXPECT_EQ(server.requests.size(), test.closes ? 1u : 2u) << test.request;
    if (test.connection.empty()) {
      EXPECT_THAT(server.sent, Not(HasSubstr("Connection:"))) << test.request;
    } else {
      EXPECT_THAT(server.sent, HasSubstr(absl::StrCat("\r\nConnection: ", test.connection, "\r\n")))
          << test.request;
    }
  }
}

TEST(ServerConnectionTest, TheLastRequestOfTheLimitCloses) {
  EchoServer server({.requests = 2});
  server.Receive(absl::StrCat(kGet, kGet, kGet));
  EXPECT_EQ(server.requests.size(), 2u);
  EXPECT_TRUE(server.closed());
  EXPECT_THAT(server.sent, EndsWith("Connection: close\r\n\r\nGET /"));
}

// RFC 9112 section 8: half a message is none.
TEST(ServerConnectionTest, TheEndOfInput) {
  EchoServer nothing;
  nothing.End();
  EXPECT_TRUE(nothing.closed());
  EXPECT_EQ(nothing.sent, "");

  EchoServer line_ends;
  line_ends.Receive(absl::StrCat(kGet, "\r\n"));
  line_ends.End();
  EXPECT_THAT(line_ends.sent, EndsWith("GET /"));

  for (std::string_view half :
       {"GET", "GET / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"}) {
    EchoServer server;
    server.Receive(half);
    EXPECT_EQ(server.sent, "") << half;
    server.End();
    EXPECT_THAT(server.sent, StartsWith("HTTP/1.1 400 ")) << half;
    EXPECT_THAT(server.requests, testing::ElementsAre("error")) << half;
  }

  EchoServer pipelined;
  pipelined.connection().EndOfInput();
  pipelined.Receive(absl::StrCat(kGet, kGet));
  EXPECT_EQ(pipelined.requests.size(), 2u);
  EXPECT_TRUE(pipelined.closed());
}

TEST(ServerConnectionTest, TimeIsTheCallersMatter) {
  EchoServer server;
  server.Receive("GET / HT");
  EXPECT_EQ(server.connection().phase(), ServerConnection::Phase::kHead);
  server.connection().Refuse({StatusCode::kRequestTimeout, 8, "RFC 9110 section 15.5.9", "late"});
  server.Receive("");
  EXPECT_THAT(server.sent, StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(server.closed());
}

TEST(ServerConnectionTest, AnErrorIsToldOnceAndAnsweredOnce) {
  ServerConnection connection;
  const std::string input = absl::StrCat("GET  / HTTP/1.1\r\n", kGet);
  EXPECT_EQ(connection.Next(input).event, Event::kError);
  EXPECT_EQ(connection.error().status, StatusCode::kBadRequest);
  EXPECT_EQ(connection.Next(input).event, Event::kNeedResponse);
  EXPECT_EQ(connection.Next(input).event, Event::kNeedResponse) << "until EndResponse";
  EXPECT_THAT(Begin(connection), HasSubstr("Connection: close"));
  EXPECT_EQ(connection.Next(input).event, Event::kNeedResponse);
  EXPECT_EQ(connection.EndResponse(), "");
  for (int i = 0; i < 3; ++i) {
    const ServerConnection::Step step = connection.Next(input);
    EXPECT_EQ(step.event, Event::kClose);
    EXPECT_EQ(step.consumed, 0u);
  }
}

// What the request before had, whose bytes are gone, must not be seen in one that is refused.
TEST(ServerConnectionTest, ARefusedRequestHasNothingOfTheOneBefore) {
  for (std::string_view refused : {"GET /2 HTTP/1.1\r\n\r\n", "GET /2  HTTP/1.1\r\n\r\n"}) {
    ServerConnection connection;
    auto first = std::make_unique<std::string>("GET http://b/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_EQ(connection.Next(*first).event, Event::kRequest);
    Begin(connection);
    connection.EndResponse();
    first.reset();
    ASSERT_EQ(connection.Next(refused).event, Event::kError);
    EXPECT_EQ(connection.request().target.path, "");
    EXPECT_FALSE(connection.request().authority.has_value());
    EXPECT_TRUE(connection.request().head.target.empty() ||
                connection.request().head.target == "/2");
  }
}

// A timer of the caller's may fire at any time.
TEST(ServerConnectionTest, RefusingDuringOrBehindAResponseCloses) {
  constexpr ParseError kLate = {StatusCode::kRequestTimeout, 0, "RFC 9110 section 15.5.9", "late"};
  for (std::string_view rest : {"", "hello"}) {
    ServerConnection connection;
    const std::string input =
        absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", rest);
    const size_t head = connection.Next(input).consumed;
    EXPECT_THAT(Begin(connection), Not(HasSubstr("close")));
    connection.Next(std::string_view(input).substr(head));
    connection.Refuse(kLate);
    EXPECT_TRUE(connection.closes());
    EXPECT_EQ(connection.Next("").event, Event::kClose);
    connection.EndResponse();
    EXPECT_EQ(connection.Next(kGet).event, Event::kClose) << rest;
    connection.Refuse(kLate);
    EXPECT_EQ(connection.Next(kGet).event, Event::kClose) << "one answer is enough";
  }
}

// RFC 9110 section 9.3.6: what the client sends next may be meant for the tunnel.
TEST(ServerConnectionTest, NothingIsReadBehindConnect) {
  ServerConnection connection;
  const std::string input = absl::StrCat("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", kGet);
  const size_t head = connection.Next(input).consumed;
  char buffer[256];
  EXPECT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                        absl::Span<const Field>(), 0))
      << "no tunnel";
  EXPECT_THAT(*connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kNotImplemented,
                                        absl::Span<const Field>(), 0),
              HasSubstr("Connection: close"));
  connection.EndResponse();
  EXPECT_EQ(connection.Next(std::string_view(input).substr(head)).event, Event::kClose);
}

TEST(ServerConnectionTest, WhatTheConnectionWaitsFor) {
  using Phase = ServerConnection::Phase;
  ServerConnection connection;
  EXPECT_EQ(connection.phase(), Phase::kHead);
  const std::string input = absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n");
  ASSERT_EQ(connection.Next(input).event, Event::kRequest);
  EXPECT_EQ(connection.phase(), Phase::kBody);
  ASSERT_EQ(connection.Next("x").event, Event::kBody);
  EXPECT_EQ(connection.Next("").event, Event::kRequestEnd);
  EXPECT_EQ(connection.phase(), Phase::kResponse);
  Begin(connection);
  connection.EndResponse();
  EXPECT_EQ(connection.phase(), Phase::kHead);
  connection.EndOfInput();
  EXPECT_EQ(connection.Next("").event, Event::kClose);
  EXPECT_EQ(connection.phase(), Phase::kClosed);
}

TEST(ServerConnectionDeathTest, AResponseBeginsAndEndsOnceAndBehindItsRequest) {
  ServerConnection connection;
  EXPECT_DEATH(Begin(connection), "there is no request");
  EXPECT_DEATH(connection.EndResponse(), "no response has begun");
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  Begin(connection);
  EXPECT_DEATH(Begin(connection), "there is no request");
  connection.EndResponse();
  EXPECT_DEATH(Begin(connection), "there is no request");
}

}  // namespace
}  // namespace forklift::http
