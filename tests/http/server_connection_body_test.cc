// What becomes of a request's body: read, waited for, not wanted, wrong; and of what follows it.
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
using testing::AllOf;
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

// RFC 9110 section 10.1.1.
TEST(ServerConnectionBodyTest, ContinueIsSentOnceAndOnlyWhereItIsWaitedFor) {
  constexpr std::string_view kHead =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  EchoServer waits;
  waits.Receive(kHead);
  EXPECT_EQ(waits.sent, kContinue);
  waits.Receive("h");
  waits.Receive("i");
  EXPECT_THAT(waits.sent, StartsWith(absl::StrCat(kContinue, "HTTP/1.1 200 OK\r\n")));
  EXPECT_FALSE(waits.closed());

  for (std::string_view request :
       {"POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"}) {
    EchoServer server;
    server.Receive(request);
    EXPECT_THAT(server.sent, StartsWith("HTTP/1.1 200 OK\r\n")) << request;
  }
}

TEST(ServerConnectionBodyTest, TheBodyThatComesFirstSparesTheContinue) {
  ServerConnection connection;
  const std::string input =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi";
  const ServerConnection::Step head = connection.Next(input);
  EXPECT_EQ(connection.Next(std::string_view(input).substr(head.consumed)).data, "hi");
  EXPECT_EQ(connection.ContinueIfExpected(), "");
}

// A refusal while the client waits for 100: it may send the body all the same, or not.
TEST(ServerConnectionBodyTest, AnAnswerInsteadOfContinueCloses) {
  EchoServer server;
  server.early = true;
  server.Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(server.sent, AllOf(HasSubstr("Connection: close"), EndsWith("POST /")));
  server.Receive(kGet);
  EXPECT_TRUE(server.requests.empty());
  EXPECT_TRUE(server.closed());
}

// RFC 9110 section 10.1.1: who was told to go on sends the body, so it is known where it ends.
TEST(ServerConnectionBodyTest, AnEarlyAnswerBehindContinueDrains) {
  ServerConnection connection;
  ASSERT_EQ(connection
                .Next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                      "Expect: 100-continue\r\n\r\n")
                .event,
            Event::kRequest);
  EXPECT_NE(connection.ContinueIfExpected(), "");
  EXPECT_EQ(connection.ContinueIfExpected(), "") << "once";
  EXPECT_THAT(Begin(connection), Not(HasSubstr("close")));
  connection.EndResponse();
  EXPECT_EQ(connection.phase(), ServerConnection::Phase::kDrain);
  const std::string rest = absl::StrCat("hi", kGet);
  const ServerConnection::Step step = connection.Next(rest);
  EXPECT_EQ(step.event, Event::kRequest);
  EXPECT_EQ(step.consumed, rest.size());
}

TEST(ServerConnectionBodyTest, NoContinueOnceThereIsAnAnswerOrAnError) {
  constexpr std::string_view kHead =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  ServerConnection answered;
  ASSERT_EQ(answered.Next(kHead).event, Event::kRequest);
  Begin(answered);
  EXPECT_EQ(answered.ContinueIfExpected(), "");
  ServerConnection refused;
  ASSERT_EQ(refused.Next(kHead).event, Event::kRequest);
  refused.Refuse({StatusCode::kContentTooLarge, 0, "RFC 9110 section 15.5.14", "too large"});
  EXPECT_EQ(refused.ContinueIfExpected(), "");
  EXPECT_EQ(refused.Next("").event, Event::kError);
  EXPECT_THAT(Begin(refused), HasSubstr("Connection: close"));
}

TEST(ServerConnectionBodyTest, ABodyThatNobodyWantsIsDrained) {
  for (std::string_view body : {"Content-Length: 5\r\n\r\nhello",
                                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    EchoServer server;
    server.early = true;
    server.Receive(absl::StrCat("POST /1 HTTP/1.1\r\nHost: a\r\n", body));
    server.Receive(absl::StrCat("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_FALSE(server.closed()) << body;
    EXPECT_THAT(server.sent, AllOf(HasSubstr("POST /1"), EndsWith("GET /2"))) << body;
  }
}

// RFC 9110 section 15.5.14: however short the rest, the client is to stop.
TEST(ServerConnectionBodyTest, ABodyThatIsCalledTooLargeIsNotDrained) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n").event,
            Event::kRequest);
  char buffer[256];
  EXPECT_EQ(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kContentTooLarge,
                                     absl::Span<const Field>(), 0),
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(connection.closes());
}

TEST(ServerConnectionBodyTest, ABodyAtTheLimitIsStillDrained) {
  EchoServer length({.unread_body = 100});
  length.early = true;
  length.Receive(absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n",
                              std::string(100, 'x'), kGet));
  EXPECT_FALSE(length.closed());
  EchoServer chunked({.unread_body = 100});  // with the framing
  chunked.early = true;
  chunked.Receive(absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                               "59\r\n", std::string(89, 'x'), "\r\n0\r\n\r\n", kGet));
  EXPECT_FALSE(chunked.closed());
  EXPECT_THAT(chunked.sent, EndsWith("GET /"));
}

TEST(ServerConnectionBodyTest, ALongBodyThatNobodyWantsCloses) {
  EchoServer length({.unread_body = 100});
  length.early = true;
  length.Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  EXPECT_THAT(length.sent, HasSubstr("Connection: close"));
  EXPECT_TRUE(length.closed());

  EchoServer chunked({.unread_body = 100});
  chunked.early = true;
  chunked.Receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_FALSE(chunked.closed());
  chunked.Receive(absl::StrCat("64\r\n", std::string(100, 'x'), "\r\n"));
  EXPECT_TRUE(chunked.closed());
}

TEST(ServerConnectionBodyTest, AWrongBodyAfterTheAnswerClosesSilently) {
  EchoServer server;
  server.early = true;
  server.Receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx");
  EXPECT_TRUE(server.closed());
  EXPECT_THAT(server.sent, EndsWith("POST /"));
}

TEST(ServerConnectionBodyTest, ABodyThatGoesWrongDuringAResponseCloses) {
  ServerConnection connection;
  ASSERT_EQ(
      connection.Next("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").event,
      Event::kRequest);
  Begin(connection, std::nullopt);
  EXPECT_EQ(connection.Next("5\r\nhellooo").event, Event::kBody);
  EXPECT_EQ(connection.Next("oo").event, Event::kClose);
  connection.EndResponse();
  EXPECT_EQ(connection.Next(kGet).event, Event::kClose);
}

TEST(ServerConnectionBodyTest, TheInputEndsWhileABodyIsDrained) {
  EchoServer server;
  server.early = true;
  server.Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  EXPECT_FALSE(server.closed());
  server.End();
  EXPECT_TRUE(server.closed());
  EXPECT_THAT(server.sent, EndsWith("\r\n\r\nPOST /"));
}

TEST(ServerConnectionBodyTest, WhatLooksLikeARequestInABodyIsNone) {
  constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string length =
      absl::StrCat("Content-Length: ", kSmuggled.size(), "\r\n\r\n", kSmuggled);
  const std::string chunked =
      absl::StrCat("Transfer-Encoding: chunked\r\n\r\n", absl::Hex(kSmuggled.size()), "\r\n",
                   kSmuggled, "\r\n0\r\nX: GET /smuggled HTTP/1.1\r\n\r\n");
  for (const std::string& body : {length, chunked}) {
    for (bool early : {false, true}) {
      EchoServer server;
      server.early = early;
      server.Receive(absl::StrCat("GET /1 HTTP/1.1\r\nHost: a\r\n", body, kGet));
      EXPECT_THAT(server.sent, EndsWith("\r\n\r\nGET /"));
      EXPECT_THAT(server.requests, Not(testing::Contains("GET /smuggled")));
      EXPECT_FALSE(server.closed());
    }
  }
}

TEST(ServerConnectionBodyTest, TrailersAreKeptApart) {
  ServerConnection connection;
  const std::string input =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nhi\r\n0\r\nContent-Length: 9\r\nX: 1\r\n\r\n";
  std::string_view rest = input;
  std::vector<Event> events;
  while (events.empty() || events.back() != Event::kRequestEnd) {
    const ServerConnection::Step step = connection.Next(rest);
    events.push_back(step.event);
    rest.remove_prefix(step.consumed);
    ASSERT_LT(events.size(), 5u);
  }
  EXPECT_EQ(rest, "");
  EXPECT_EQ(connection.trailers().Find("X"), "1");
  EXPECT_FALSE(connection.request().head.fields.Has(HeaderName::kContentLength));
}

}  // namespace
}  // namespace forklift::http
