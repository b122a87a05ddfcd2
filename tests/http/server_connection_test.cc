#include "forklift/http/server_connection.h"

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
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

// What a client gets from a server whose answer is "METHOD target body", for input that arrives in
// the given pieces.
class Server {
 public:
  explicit Server(const Limits& limits = {}) : connection_(limits) {}

  ServerConnection& connection() { return connection_; }
  bool closed() const { return closed_; }

  // Answers the requests at their end; or, with `early`, at their head.
  void Receive(std::string_view bytes) {
    input_ += bytes;
    Run();
  }
  void End() {
    connection_.EndOfInput();
    Run();
  }

  bool early = false;
  std::optional<uint64_t> length_override;
  bool stream = false;  // the length is not told
  std::string sent;
  std::vector<std::string> requests;

 private:
  void Run() {
    while (!closed_) {
      const ServerConnection::Step step = connection_.Next(input_);
      switch (step.event) {
        case Event::kNeedInput:
          input_.erase(0, step.consumed);
          return;
        case Event::kRequest:
          request_ = absl::StrCat(connection_.request().head.method, " ",
                                  connection_.request().head.target);
          if (early) Answer(StatusCode::kOk, request_);
          sent += early ? "" : std::string(connection_.ContinueIfExpected());
          break;
        case Event::kBody:
          absl::StrAppend(&request_, " ", step.data);
          break;
        case Event::kRequestEnd:
          requests.push_back(request_);
          break;
        case Event::kNeedResponse:
          Answer(StatusCode::kOk, request_);
          break;
        case Event::kError:
          requests.push_back("error");
          Answer(connection_.error().status, connection_.error().reason);
          break;
        case Event::kClose:
          closed_ = true;
          break;
      }
      input_.erase(0, step.consumed);
    }
  }

  void Answer(StatusCode status, std::string_view body) {
    char buffer[256];
    const std::optional<uint64_t> length = stream ? std::nullopt : std::optional(body.size());
    const auto head = connection_.BeginResponse(absl::MakeSpan(buffer), status,
                                                absl::Span<const Field>(), length);
    ASSERT_TRUE(head.has_value());
    absl::StrAppend(&sent, *head, absl::StrJoin(connection_.Body(body), ""));
    sent += connection_.EndResponse();
  }

  ServerConnection connection_;
  std::string input_;
  std::string request_;
  bool closed_ = false;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(ServerConnectionTest, AnswersOneRequestAfterAnother) {
  Server server;
  server.Receive(kGet);
  EXPECT_EQ(server.sent, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nGET /");
  server.Receive("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(server.requests, testing::ElementsAre("GET /", "POST /p hi"));
  EXPECT_FALSE(server.closed());
}

TEST(ServerConnectionTest, PipelinedRequestsInOneSegmentOrInBytes) {
  std::string input;
  for (int i = 0; i < 20; ++i) absl::StrAppend(&input, "GET /", i, " HTTP/1.1\r\nHost: a\r\n\r\n");
  Server whole;
  whole.Receive(input);
  Server bytewise;
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
    Server server;
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
  Server server({.requests = 2});
  server.Receive(absl::StrCat(kGet, kGet, kGet));
  EXPECT_EQ(server.requests.size(), 2u);
  EXPECT_TRUE(server.closed());
  EXPECT_THAT(server.sent, EndsWith("Connection: close\r\n\r\nGET /"));
}

TEST(ServerConnectionTest, ARequestThatIsWrongIsAnsweredAndEndsTheConnection) {
  struct Case {
    std::string_view request;
    int status;
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1\r\n\r\n", 400},                        // no Host
           Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},  // two
           Case{"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},               // empty
           Case{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
           Case{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
           Case{"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
           Case{"GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400},
           Case{"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400},
           Case{"GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           Case{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
           Case{"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nExpect: foo\r\n\r\n", 417},
           Case{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400},
           Case{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
                "chunked\r\n\r\n",
                400},
           Case{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
           Case{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           Case{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413},
           Case{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413},
           Case{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello", 400},
       }) {
    Server server;
    server.Receive(absl::StrCat(test.request, kGet));
    EXPECT_THAT(server.sent, StartsWith(absl::StrCat("HTTP/1.1 ", test.status, " ")))
        << test.request;
    EXPECT_THAT(server.sent, HasSubstr("\r\nConnection: close\r\n")) << test.request;
    EXPECT_TRUE(server.closed()) << test.request;
    EXPECT_EQ(server.requests, std::vector<std::string>{"error"}) << test.request;
  }
}

TEST(ServerConnectionTest, TheTargetsAuthorityGoesBeforeHost) {
  ServerConnection connection;
  EXPECT_EQ(connection.Next("GET http://b:8/x HTTP/1.1\r\nHost: a\r\n\r\n").event, Event::kRequest);
  ASSERT_TRUE(connection.request().authority.has_value());
  EXPECT_EQ(connection.request().authority->host, "b");
  EXPECT_EQ(connection.request().authority->port, 8);
}

// RFC 9110 section 10.1.1.
TEST(ServerConnectionTest, ContinueIsSentOnceAndOnlyWhereItIsWaitedFor) {
  constexpr std::string_view kHead =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  Server waits;
  waits.Receive(kHead);
  EXPECT_EQ(waits.sent, kContinue);
  waits.Receive("h");
  waits.Receive("i");
  EXPECT_THAT(waits.sent, StartsWith(absl::StrCat(kContinue, "HTTP/1.1 200 OK\r\n")));
  EXPECT_FALSE(waits.closed());

  for (std::string_view request :
       {"POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"}) {
    Server server;
    server.Receive(request);
    EXPECT_THAT(server.sent, StartsWith("HTTP/1.1 200 OK\r\n")) << request;
  }
}

TEST(ServerConnectionTest, TheBodyThatComesFirstSparesTheContinue) {
  ServerConnection connection;
  const std::string input =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi";
  const ServerConnection::Step head = connection.Next(input);
  EXPECT_EQ(connection.Next(std::string_view(input).substr(head.consumed)).data, "hi");
  EXPECT_EQ(connection.ContinueIfExpected(), "");
}

// A refusal while the client waits for 100: it may send the body all the same, or not.
TEST(ServerConnectionTest, AnAnswerInsteadOfContinueCloses) {
  Server server;
  server.early = true;
  server.Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(server.sent, AllOf(HasSubstr("Connection: close"), EndsWith("POST /")));
  server.Receive(kGet);
  EXPECT_TRUE(server.requests.empty());
  EXPECT_TRUE(server.closed());
}

TEST(ServerConnectionTest, ABodyThatNobodyWantsIsDrained) {
  for (std::string_view body : {"Content-Length: 5\r\n\r\nhello",
                                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    Server server;
    server.early = true;
    server.Receive(absl::StrCat("POST /1 HTTP/1.1\r\nHost: a\r\n", body));
    server.Receive(absl::StrCat("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_FALSE(server.closed()) << body;
    EXPECT_THAT(server.sent, AllOf(HasSubstr("POST /1"), EndsWith("GET /2"))) << body;
  }
}

TEST(ServerConnectionTest, ALongBodyThatNobodyWantsCloses) {
  Server length({.unread_body = 100});
  length.early = true;
  length.Receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  EXPECT_THAT(length.sent, HasSubstr("Connection: close"));
  EXPECT_TRUE(length.closed());

  Server chunked({.unread_body = 100});
  chunked.early = true;
  chunked.Receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_FALSE(chunked.closed());
  chunked.Receive(absl::StrCat("64\r\n", std::string(100, 'x'), "\r\n"));
  EXPECT_TRUE(chunked.closed());
}

TEST(ServerConnectionTest, AWrongBodyAfterTheAnswerClosesSilently) {
  Server server;
  server.early = true;
  server.Receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx");
  EXPECT_TRUE(server.closed());
  EXPECT_THAT(server.sent, EndsWith("POST /"));
}

// RFC 9112 section 8: half a message is none.
TEST(ServerConnectionTest, TheEndOfInput) {
  Server nothing;
  nothing.End();
  EXPECT_TRUE(nothing.closed());
  EXPECT_EQ(nothing.sent, "");

  Server line_ends;
  line_ends.Receive(absl::StrCat(kGet, "\r\n"));
  line_ends.End();
  EXPECT_THAT(line_ends.sent, EndsWith("GET /"));

  for (std::string_view half :
       {"GET", "GET / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"}) {
    Server server;
    server.Receive(half);
    EXPECT_EQ(server.sent, "") << half;
    server.End();
    EXPECT_THAT(server.sent, StartsWith("HTTP/1.1 400 ")) << half;
    EXPECT_THAT(server.requests, testing::ElementsAre("error")) << half;
  }

  Server pipelined;
  pipelined.connection().EndOfInput();
  pipelined.Receive(absl::StrCat(kGet, kGet));
  EXPECT_EQ(pipelined.requests.size(), 2u);
  EXPECT_TRUE(pipelined.closed());
}

TEST(ServerConnectionTest, TimeIsTheCallersMatter) {
  Server server;
  server.Receive("GET / HT");
  EXPECT_EQ(server.connection().phase(), ServerConnection::Phase::kHead);
  server.connection().Refuse({StatusCode::kRequestTimeout, 8, "RFC 9110 section 15.5.9", "late"});
  server.Receive("");
  EXPECT_THAT(server.sent, StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(server.closed());
}

// RFC 9112 section 6.3, RFC 9110 section 8.6.
TEST(ServerConnectionTest, HowAResponseIsFramed) {
  struct Case {
    std::string_view request;
    int status;
    std::optional<uint64_t> length;
    std::string_view expected;
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1", 200, 2, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
           Case{"HEAD / HTTP/1.1", 200, 2, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"},
           Case{"HEAD / HTTP/1.1", 200, std::nullopt, "HTTP/1.1 200 OK\r\n\r\n"},
           Case{"GET / HTTP/1.1", 204, 2, "HTTP/1.1 204 No Content\r\n\r\n"},
           Case{"GET / HTTP/1.1", 204, std::nullopt, "HTTP/1.1 204 No Content\r\n\r\n"},
           Case{"GET / HTTP/1.1", 304, 2, "HTTP/1.1 304 Not Modified\r\n\r\n"},
           Case{"GET / HTTP/1.1", 200, std::nullopt,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"},
           Case{"GET / HTTP/1.0", 200, std::nullopt,
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi"},
           Case{"GET / HTTP/1.1", 200, 1, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nh"},
       }) {
    ServerConnection connection;
    const std::string input = absl::StrCat(test.request, "\r\nHost: a\r\n\r\n");
    ASSERT_EQ(connection.Next(input).event, Event::kRequest) << test.request;
    char buffer[256];
    const auto head =
        connection.BeginResponse(absl::MakeSpan(buffer), static_cast<StatusCode>(test.status),
                                 absl::Span<const Field>(), test.length);
    ASSERT_TRUE(head.has_value());
    const std::string body = absl::StrJoin(connection.Body("hi"), "");
    EXPECT_EQ(absl::StrCat(*head, body, connection.EndResponse()), test.expected)
        << test.request << " " << test.status;
  }
}

TEST(ServerConnectionTest, ABodyShorterThanItsLengthCloses) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                       absl::Span<const Field>(), 10));
  EXPECT_EQ(connection.BodyBytes(4), 4u);
  EXPECT_EQ(connection.EndResponse(), "");
  EXPECT_EQ(connection.Next("").event, Event::kClose);
}

// What an application may not say: it would change where the message ends, or a connection that is
// not its own (RFC 9110 section 7.6.1).
TEST(ServerConnectionTest, FieldsThatAreRefused) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  for (const Field field :
       {Field{"Content-Length", "3"}, Field{"transfer-encoding", "chunked"},
        Field{"Connection", "close"}, Field{"Keep-Alive", "1"}, Field{"Upgrade", "x"},
        Field{"TE", "trailers"}, Field{"Proxy-Connection", "x"}, Field{"X Y", "z"},
        Field{"X", "a\r\nSet-Cookie: b"}, Field{"X", std::string_view("\0", 1)},
        Field{"X", std::string_view("a\nb")}, Field{"", "x"}}) {
    EXPECT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                          absl::MakeConstSpan(&field, 1), 0))
        << field.name;
  }
  for (int status : {0, 100, 101, 199, 600, 1000}) {
    EXPECT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer), static_cast<StatusCode>(status),
                                          absl::Span<const Field>(), 0));
  }
  EXPECT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer, 10), StatusCode::kOk,
                                        absl::Span<const Field>(), 0));
  const Field good = {"X", "y"};
  EXPECT_EQ(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kInternalServerError,
                                     absl::MakeConstSpan(&good, 1), 0),
            "HTTP/1.1 500 Internal Server Error\r\nX: y\r\nContent-Length: 0\r\n\r\n");
}

TEST(ServerConnectionTest, UpgradeRequiredTellsToWhat) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  const Field upgrade = {"Upgrade", "HTTP/2.0"};
  EXPECT_EQ(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kUpgradeRequired,
                                     absl::MakeConstSpan(&upgrade, 1), 0),
            "HTTP/1.1 426 Upgrade Required\r\nUpgrade: HTTP/2.0\r\nContent-Length: 0\r\n"
            "Connection: upgrade\r\n\r\n");
}

TEST(ServerConnectionTest, TrailersAreKeptApart) {
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
