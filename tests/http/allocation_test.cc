// What the hot path promises: after the first message, another of its kind allocates nothing.
#include <stddef.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_parser.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/support/allocation_count.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// How many allocations a round costs, after one to warm up.
size_t AllocationsOf(const std::function<void()>& round) {
  round();
  const size_t before = tests::AllocationCount();
  for (int i = 0; i < 3; ++i) round();
  return tests::AllocationCount() - before;
}

constexpr std::string_view kGet =
    "GET /index.html?a=b HTTP/1.1\r\nHost: example.com\r\nUser-Agent: test\r\nAccept: */*\r\n"
    "Connection: keep-alive\r\n\r\n";
constexpr std::string_view kPost =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello";
constexpr std::string_view kChunkedPost =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n";

std::string ManyFields(std::string_view first) {
  std::string head(first);
  for (int i = 0; i < 80; ++i) head += "X-Forwarded-For: 127.0.0.1\r\n";
  return head + "\r\n";
}

TEST(AllocationTest, TheTestSeesAllocations) {
  EXPECT_EQ(AllocationsOf([] { EXPECT_NE(std::make_unique<int>(), nullptr); }), 3u);
}

TEST(AllocationTest, ServerConnection) {
  ServerConnection connection({.requests = 100});
  Headers headers;
  const std::string many = ManyFields("GET / HTTP/1.1\r\nHost: a\r\n");
  for (const std::string_view request : {kGet, kPost, kChunkedPost, std::string_view(many)}) {
    for (const bool length_is_known : {true, false}) {
      const auto round = [&] {
        std::string_view input = request;
        char buffer[512];
        for (bool answered = false; !answered;) {
          const ServerConnection::Step step = connection.Next(input);
          input.remove_prefix(step.consumed);
          ASSERT_NE(step.event, ServerConnection::Event::kError);
          connection.ContinueIfExpected();
          if (step.event != ServerConnection::Event::kNeedResponse) continue;
          headers.Clear();
          ASSERT_TRUE(headers.Add("Date", "Sun, 06 Nov 1994 08:49:37 GMT"));
          ASSERT_TRUE(headers.Set(HeaderName::kContentType, "text/plain"));
          ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                               headers.fields(),
                                               length_is_known ? std::optional(5) : std::nullopt));
          connection.Body("hello");
          connection.EndResponse();
          answered = true;
        }
        ASSERT_EQ(input, "");
        ASSERT_EQ(connection.phase(), ServerConnection::Phase::kHead);
      };
      EXPECT_EQ(AllocationsOf(round), 0u) << request;
    }
  }
}

TEST(AllocationTest, ClientConnection) {
  ClientConnection connection;
  for (const std::string_view response :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n"}) {
    const auto round = [&] {
      connection.ExpectResponse(Method::kGet);
      connection.ExpectResponse(Method::kGet);
      for (int i = 0; i < 2; ++i) {
        std::string_view input = response;
        for (bool ended = false; !ended;) {
          const ClientConnection::Step step = connection.Next(input);
          ASSERT_NE(step.event, ClientConnection::Event::kError);
          input.remove_prefix(step.consumed);
          ended = step.event == ClientConnection::Event::kResponseEnd;
        }
        ASSERT_EQ(input, "");
      }
      ASSERT_EQ(connection.outstanding(), 0u);
    };
    EXPECT_EQ(AllocationsOf(round), 0u) << response;
  }
}

TEST(AllocationTest, Parsers) {
  RequestParser request_parser;
  const std::string many = ManyFields("GET / HTTP/1.1\r\n");
  for (const std::string_view request : {kGet, std::string_view(many)}) {
    const auto round = [&] {
      request_parser.Reset();
      ASSERT_EQ(request_parser.Parse(request.substr(0, 20)), ParseState::kIncomplete);
      ASSERT_EQ(request_parser.Parse(request), ParseState::kComplete);
    };
    EXPECT_EQ(AllocationsOf(round), 0u) << request;
  }
  ResponseParser response_parser;
  const std::string response = ManyFields("HTTP/1.1 200 OK\r\n");
  const auto round = [&] {
    response_parser.Reset();
    ASSERT_EQ(response_parser.Parse(response), ParseState::kComplete);
  };
  EXPECT_EQ(AllocationsOf(round), 0u);
}

}  // namespace
}  // namespace forklift::http
