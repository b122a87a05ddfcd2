#include "forklift/http/server_connection.h"

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

TEST(ServerConnectionTest, OfTwoReasonsToRefuseTheFirstStays) {
  constexpr ParseError kFull = {StatusCode::kServiceUnavailable, 0, "RFC 9110", "full"};
  constexpr ParseError kLate = {StatusCode::kRequestTimeout, 0, "RFC 9110", "late"};
  ServerConnection connection;
  connection.Refuse(kFull);
  connection.Refuse(kLate);
  EXPECT_EQ(connection.Next("").event, Event::kError);
  EXPECT_EQ(connection.error().reason, "full");
  connection.Refuse(kLate);
  EXPECT_EQ(connection.Next("").event, Event::kNeedResponse) << "it was told once";
  EXPECT_EQ(connection.error().reason, "full");
  Begin(connection);
  connection.EndResponse();
  EXPECT_EQ(connection.Next("").event, Event::kClose);
}

// What the answer depends on is taken from what did arrive: a client of HTTP/1.0 knows no chunks,
// and one that asks for the head only reads no content. Where nothing is known it is HTTP/1.0.
TEST(ServerConnectionTest, TheAnswerToHalfARequestSuitsItsClient) {
  constexpr ParseError kLate = {StatusCode::kRequestTimeout, 0, "RFC 9110 section 15.5.9", "late"};
  struct Case {
    std::string_view received;
    std::string_view expected;  // behind the status line
  };
  constexpr std::string_view kPlain = "Connection: close\r\n\r\nno";
  constexpr std::string_view kChunked =
      "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nno\r\n0\r\n\r\n";
  constexpr std::string_view kHeadOnly = "Connection: close\r\n\r\n";
  for (const Case& test : {
           Case{"", kPlain},
           Case{"GET / HTTP/1.1", kPlain},
           Case{"GET  / HTTP/1.1\r\n", kPlain},
           Case{"GET / HTTP/2.0\r\n", kPlain},
           Case{"GET / HTTP/1.0\r\n", kPlain},
           Case{"GET / HTTP/1.0\r\nA : b\r\n", kPlain},
           Case{"GET / HTTP/1.1\r\n", kChunked},
           Case{"GET / HTTP/1.1\r\nA : b\r\n", kChunked},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", kChunked},
           Case{"HEAD / HTTP/1.1\r\n", kHeadOnly},
           Case{"HEAD / HTTP/1.1\r\nA : b\r\n", kHeadOnly},
       }) {
    for (bool after_another : {false, true}) {
      ServerConnection connection;
      if (after_another) {
        ASSERT_EQ(connection.Next("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n").event, Event::kRequest);
        Begin(connection);
        connection.EndResponse();
      }
      {
        const std::string gone(test.received);
        connection.Next(gone);
      }
      connection.Refuse(kLate);
      connection.Next("");
      const std::string head = Begin(connection, std::nullopt);
      const std::string body = absl::StrJoin(connection.Body("no"), "");
      EXPECT_EQ(absl::StrCat(head, body, connection.EndResponse()),
                absl::StrCat("HTTP/1.1 200 OK\r\n", test.expected))
          << test.received;
    }
  }
}

// For the log: what was asked for is still there when its body goes wrong.
TEST(ServerConnectionTest, ARequestStaysWhenItsBodyIsRefused) {
  const std::string head =
      "POST /a?b HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\nReferer: d\r\n\r\n";
  ServerConnection connection;
  ASSERT_EQ(connection.Next(head).event, Event::kRequest);
  ASSERT_EQ(connection.Next("x").event, Event::kError);
  Begin(connection);
  connection.EndResponse();
  EXPECT_EQ(connection.request().head.target, "/a?b");
  EXPECT_EQ(connection.request().head.fields.Find(HeaderName::kReferer), "d");
  EXPECT_EQ(connection.request().authority->host, "c");
}

TEST(ServerConnectionTest, AClosingThatIsAskedForComesBehindTheResponseUnderWayOrTheNext) {
  constexpr std::string_view kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  ServerConnection before;
  before.CloseAfterResponse();
  ASSERT_EQ(before.Next(kGet).event, Event::kRequest);
  EXPECT_THAT(Begin(before), HasSubstr("Connection: close"));

  ServerConnection during;
  ASSERT_EQ(during.Next(kGet).event, Event::kRequest);
  EXPECT_THAT(Begin(during), Not(HasSubstr("close")));
  during.CloseAfterResponse();
  EXPECT_TRUE(during.closes());
  during.EndResponse();
  EXPECT_EQ(during.Next(kGet).event, Event::kClose);

  ServerConnection behind;
  ASSERT_EQ(behind.Next(kPost).event, Event::kRequest);
  EXPECT_THAT(Begin(behind), Not(HasSubstr("close")));
  behind.EndResponse();
  ASSERT_EQ(behind.phase(), ServerConnection::Phase::kDrain);
  behind.CloseAfterResponse();
  ASSERT_EQ(behind.Next(absl::StrCat("hi", kGet)).event, Event::kRequest);
  EXPECT_THAT(Begin(behind), HasSubstr("Connection: close"));
  behind.EndResponse();
  EXPECT_EQ(behind.Next(kGet).event, Event::kClose);
}

// Whatever state it is in.
TEST(ServerConnectionTest, ResetMakesItServeAnotherConnection) {
  constexpr std::string_view kPost =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  ServerConnection connection({.requests = 2});
  const std::function<void()> states[] = {
      [] {},
      [&] { connection.Next("GET / HT"); },
      [&] { connection.Next("GET / HTTP/1.0\r\nA: b"); },
      [&] { connection.Next("GET  /"); },
      [&] { connection.EndOfInput(); },
      [&] { connection.CloseAfterResponse(); },
      [&] { connection.Next(kGet); },
      [&] { connection.Next(kPost); },
      [&] { connection.Next(kPost), connection.Next("he"); },
      [&] { connection.Next(kPost), Begin(connection); },
      [&] { connection.Next(kPost), Begin(connection, std::nullopt), connection.EndResponse(); },
      [&] { connection.Next(kPost), connection.ContinueIfExpected(), Begin(connection, 1); },
      [&] {
        connection.Next(kPost), connection.Refuse({StatusCode::kRequestTimeout, 0, "", ""});
      },
  };
  for (const std::function<void()>& reach : states) {
    const std::string which = absl::StrCat("state ", &reach - states);
    reach();
    connection.Reset();
    EXPECT_EQ(connection.phase(), ServerConnection::Phase::kHead) << which;
    EXPECT_FALSE(connection.closes()) << which;
    EXPECT_EQ(connection.request().head.target, "") << which;
    EXPECT_EQ(connection.Next("").event, Event::kNeedInput) << which;
    for (bool last : {false, true}) {
      ASSERT_EQ(connection.Next(kGet).event, Event::kRequest) << which;
      EXPECT_EQ(connection.ContinueIfExpected(), "") << which;
      ASSERT_EQ(connection.Next("").event, Event::kRequestEnd) << which;
      EXPECT_TRUE(connection.trailers().empty()) << which;
      ASSERT_EQ(connection.Next("").event, Event::kNeedResponse) << which;
      EXPECT_EQ(absl::StrContains(Begin(connection), "close"), last) << which;
      EXPECT_EQ(connection.EndResponse(), "") << which;
    }
    EXPECT_EQ(connection.Next(kGet).event, Event::kClose) << which;
    connection.Reset();
    ASSERT_EQ(connection.Next("\r\n\r\nX").event, Event::kNeedInput) << which;
    EXPECT_EQ(connection.Next("\r\n\r\nX  ").event, Event::kError) << which;
    connection.Reset();
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
