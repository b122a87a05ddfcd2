// The examples at the head of the connections' headers, as in examples_test.cc.
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/response_parser.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/support/example_peers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr std::string_view kPost =
    "POST /hello?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi";

TEST(ConnectionExamplesTest, AServer) {
  using Event = ServerConnection::Event;
  Sender Send;
  std::string taken;
  const auto serve = [&](std::string_view from_client) {
    const auto Take = [&](std::string_view data) { taken += data; };
    const auto Abort = [] { FAIL(); };
    char memory[512];
    const auto buffer = absl::MakeSpan(memory);
    const absl::Span<const Field> fields;
    Receiver receiver{from_client};
    std::string_view& received = receiver.received;

    ServerConnection connection;
    const auto ReceiveMore = [&](std::string_view&) {
      if (!receiver()) connection.EndOfInput();
    };
    const auto Answer = [&](StatusCode status, std::string_view body) {
      const auto head = connection.BeginResponse(buffer, status, fields, body.size());
      if (!head) return Abort();  // the fields are bad, or too large for the buffer
      Send(*head);
      Send(connection.Body(body));
      Send(connection.EndResponse());
    };
    for (;;) {
      const ServerConnection::Step step = connection.Next(received);
      switch (step.event) {
        case Event::kNeedInput:
          ReceiveMore(received);
          break;  // or EndOfInput()
        case Event::kRequest:
          Send(connection.ContinueIfExpected());
          break;
        case Event::kBody:
          Take(step.data);
          break;
        case Event::kRequestEnd:
          break;
        case Event::kNeedResponse:
          Answer(StatusCode::kOk, "Hello, World!\n");
          break;
        case Event::kError:
          Answer(connection.error().status, connection.error().reason);
          break;
        case Event::kClose:
          return;  // what was not read yet is to be drained: see LingerAndClose
      }
      received.remove_prefix(step.consumed);
    }
  };
  serve(absl::StrCat(kPost, "GET  /"));
  EXPECT_EQ(taken, "hi");
  EXPECT_THAT(Send.sent,
              testing::MatchesRegex("HTTP/1.1 100 Continue\r\n\r\n"
                                    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nHello, World!\n"
                                    "HTTP/1.1 400 Bad Request\r\nContent-Length: [0-9]*\r\n"
                                    "Connection: close\r\n\r\nno target after the method"));
}

TEST(ConnectionExamplesTest, ARedirection) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").event,
            ServerConnection::Event::kRequest);
  std::string sent;
  const auto answer = [&](std::string_view target) {
    const auto Refuse = [&] { sent = "refused"; };
    char memory[512];
    const auto buffer = absl::MakeSpan(memory);
    Headers headers;
    if (!headers.Add("Set-Cookie", "a=1") || !headers.Add("Set-Cookie", "b=2")) return Refuse();
    if (!headers.Set(HeaderName::kLocation, target)) return Refuse();  // what a client sent
    const auto head = connection.BeginResponse(buffer, StatusCode::kFound, headers.fields(), 0);
    sent = head.value_or("");
  };
  answer("/b\r\nX: y");
  EXPECT_EQ(sent, "refused");
  answer("/b");
  EXPECT_THAT(sent, testing::HasSubstr("Set-Cookie: b=2\r\nLocation: /b\r\n"));
}

TEST(ConnectionExamplesTest, AClient) {
  using Event = ClientConnection::Event;
  Sender Send;
  std::string taken;
  int used = 0;
  std::string_view reported;
  // The server sends its second response once it is asked for it.
  const auto ask = [&](std::string_view request, std::string_view first, std::string_view second) {
    const auto Use = [&](const ResponseHead&) { ++used; };
    const auto Take = [&](std::string_view data) { taken += data; };
    const auto Report = [&](const ParseError& error) { reported = error.reason; };
    const std::string from_server = absl::StrCat(first, second);
    Receiver receiver{std::string_view(from_server).substr(0, first.size())};
    std::string_view& received = receiver.received;

    ClientConnection connection;
    const auto ReceiveMore = [&](std::string_view&) {
      if (!receiver()) connection.EndOfInput();
    };
    const auto SendAnother = [&] {
      Send(request);
      connection.ExpectResponse(Method::kGet);
      receiver.source = from_server;
    };
    Send(request);
    connection.ExpectResponse(Method::kGet);
    for (;;) {
      const ClientConnection::Step step = connection.Next(received);
      switch (step.event) {
        case Event::kNeedInput:
          ReceiveMore(received);
          break;  // or EndOfInput()
        case Event::kInterim:
          break;
        case Event::kResponse:
          Use(connection.head());
          break;
        case Event::kBody:
          Take(step.data);
          break;
        case Event::kResponseEnd:
          if (connection.closes()) return;
          SendAnother();  // and ExpectResponse
          break;
        case Event::kError:
          return Report(connection.error());
        case Event::kClose:
          return;  // outstanding() requests stay without a response
      }
      received.remove_prefix(step.consumed);
    }
  };
  ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n!\n");
  EXPECT_EQ(taken, "Hello!\n");
  EXPECT_EQ(used, 2);
  EXPECT_THAT(Send.sent, testing::EndsWith("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/2", "");
  EXPECT_NE(reported, "");
}

}  // namespace
}  // namespace forklift::http
