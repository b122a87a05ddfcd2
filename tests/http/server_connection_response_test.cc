// The head and the framing of what a server answers, and what an application may not say in it.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Event = ServerConnection::Event;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// RFC 9112 sections 4, 6.1 and 6.3, RFC 9110 sections 8.6 and 15.3.6.
TEST(ServerConnectionResponseTest, HowAResponseIsFramed) {
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
           Case{"HEAD / HTTP/1.1", 304, 2, "HTTP/1.1 304 Not Modified\r\n\r\n"},
           Case{"HEAD / HTTP/1.0", 200, std::nullopt,
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"},
           Case{"GET / HTTP/1.0", 204, std::nullopt,
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"},
           Case{"GET / HTTP/1.1", 205, 2,
                "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"},
           Case{"GET / HTTP/1.1", 205, std::nullopt,
                "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"},
           Case{"GET / HTTP/1.1", 299, 2, "HTTP/1.1 299 \r\nContent-Length: 2\r\n\r\nhi"},
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

TEST(ServerConnectionResponseTest, ABodyShorterThanItsLengthCloses) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                       absl::Span<const Field>(), 10));
  EXPECT_EQ(connection.BodyBytes(4), 4u);
  EXPECT_FALSE(connection.closes());
  EXPECT_EQ(connection.EndResponse(), "");
  EXPECT_TRUE(connection.closes());
  EXPECT_EQ(connection.Next("").event, Event::kClose);
}

// What an application may not say: it would change where the message ends, or a connection that is
// not its own (RFC 9110 section 7.6.1).
TEST(ServerConnectionResponseTest, FieldsThatAreRefused) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  for (const Field field :
       {Field{"Content-Length", "3"}, Field{"transfer-encoding", "chunked"},
        Field{"Connection", "close"}, Field{"Keep-Alive", "1"}, Field{"Upgrade", "x"},
        Field{"TE", "trailers"}, Field{"Proxy-Connection", "x"}, Field{"X Y", "z"},
        Field{"X", "a\r\nSet-Cookie: b"}, Field{"X", std::string_view("\0", 1)},
        Field{"X", std::string_view("a\nb")}, Field{"", "x"},
        Field{"X", "3", HeaderName::kContentLength}, Field{"", "x", HeaderName::kUpgrade},
        Field{"", "a\r\nSet-Cookie: b", HeaderName::kLocation}}) {
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

TEST(ServerConnectionResponseTest, AFieldWithANumberNeedsNoName) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  const Field fields[] = {{.value = "a", .id = HeaderName::kContentType},
                          {.name = "dATE", .value = "b", .id = HeaderName::kDate},
                          {.name = "server", .value = "c"}};
  EXPECT_EQ(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk, fields, 0),
            "HTTP/1.1 200 OK\r\nContent-Type: a\r\nDate: b\r\nserver: c\r\n"
            "Content-Length: 0\r\n\r\n");
}

// RFC 9110 section 15.5.22.
TEST(ServerConnectionResponseTest, UpgradeRequiredTellsToWhat) {
  struct Case {
    std::string_view request;
    std::string_view connection;
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "upgrade"},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close, upgrade"},
           Case{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive, upgrade"},
       }) {
    ServerConnection connection;
    ASSERT_EQ(connection.Next(test.request).event, Event::kRequest);
    char buffer[256];
    const Field upgrade = {"Upgrade", "HTTP/2.0"};
    EXPECT_EQ(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kUpgradeRequired,
                                       absl::MakeConstSpan(&upgrade, 1), 0),
              absl::StrCat("HTTP/1.1 426 Upgrade Required\r\nUpgrade: HTTP/2.0\r\n"
                           "Content-Length: 0\r\nConnection: ",
                           test.connection, "\r\n\r\n"));
  }
}

TEST(ServerConnectionResponseTest, UpgradeRequiredWithoutUpgradeIsRefused) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  EXPECT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kUpgradeRequired,
                                        absl::Span<const Field>(), 0));
}

constexpr Field kLink = {"Link", "</a.css>"};

// RFC 9110 section 15.2.
TEST(ServerConnectionResponseTest, InterimResponsesComeBeforeTheResponse) {
  constexpr std::string_view kHints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
  char buffer[256];
  const auto interim = [&](ServerConnection& connection, int status = 103,
                           const Field& field = kLink) {
    return connection.InterimResponse(absl::MakeSpan(buffer), static_cast<StatusCode>(status),
                                      absl::MakeConstSpan(&field, 1));
  };
  ServerConnection connection;
  EXPECT_EQ(interim(connection), "") << "nobody asked for anything";
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  EXPECT_EQ(interim(connection), kHints);
  ASSERT_EQ(connection.Next("").event, Event::kRequestEnd);
  EXPECT_EQ(interim(connection), kHints);
  EXPECT_EQ(interim(connection, 199), "HTTP/1.1 199 \r\nLink: </a.css>\r\n\r\n");
  for (int status : {99, 100, 101, 200, 404}) EXPECT_EQ(interim(connection, status), "");
  for (const Field field : {Field{"Content-Length", "3"}, Field{"Connection", "close"},
                            Field{"X", "a\r\nb: c"}, Field{"X Y", "z"}}) {
    EXPECT_EQ(interim(connection, 103, field), "") << field.name;
  }
  ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                       absl::Span<const Field>(), 0));
  EXPECT_EQ(interim(connection), "") << "too late";
  connection.EndResponse();
  EXPECT_EQ(interim(connection), "") << "too late";

  ServerConnection http_1_0;
  ASSERT_EQ(http_1_0.Next("GET / HTTP/1.0\r\n\r\n").event, Event::kRequest);
  EXPECT_EQ(interim(http_1_0), "");
}

// RFC 9112 section 7.1.2.
TEST(ServerConnectionResponseTest, TrailersEndAChunkedBody) {
  struct Case {
    std::string_view request;
    std::optional<uint64_t> length;
    std::string_view end;
  };
  for (const Case& test : {
           Case{"GET / HTTP/1.1", std::nullopt, "0\r\nContent-Digest: x\r\nETag: \"a\"\r\n\r\n"},
           Case{"GET / HTTP/1.1", 2, ""},
           Case{"GET / HTTP/1.0", std::nullopt, ""},
           Case{"HEAD / HTTP/1.1", std::nullopt, ""},
       }) {
    ServerConnection connection;
    const std::string input = absl::StrCat(test.request, "\r\nHost: a\r\n\r\n");
    ASSERT_EQ(connection.Next(input).event, Event::kRequest) << test.request;
    char buffer[256];
    ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                         absl::Span<const Field>(), test.length));
    connection.Body("hi");
    const Field trailers[] = {{"Content-Digest", "x"}, {"", "\"a\"", HeaderName::kETag}};
    EXPECT_EQ(connection.EndResponse(absl::MakeSpan(buffer), absl::MakeConstSpan(trailers)),
              test.end);
    EXPECT_NE(connection.phase(), ServerConnection::Phase::kBody) << "the response has ended";
  }
}

TEST(ServerConnectionResponseTest, TrailersThatAreRefusedEndNothing) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                       absl::Span<const Field>(), std::nullopt));
  for (const Field field : {Field{"Content-Length", "2"},
                            Field{"", "2", HeaderName::kContentLength}, Field{"X", "a\r\nb"}}) {
    EXPECT_FALSE(connection.EndResponse(absl::MakeSpan(buffer), absl::MakeConstSpan(&field, 1)));
  }
  EXPECT_EQ(absl::StrJoin(connection.Body("hi"), ""), "2\r\nhi\r\n");
  EXPECT_EQ(connection.EndResponse(), "0\r\n\r\n");
}

// Not even in the response to HEAD, where nothing of the body is sent.
TEST(ServerConnectionResponseTest, TheLengthIsThisConnectionsToTell) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").event, Event::kRequest);
  char buffer[256];
  const Field length = {"Content-Length", "3"};
  EXPECT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                        absl::MakeConstSpan(&length, 1), std::nullopt));
}

// Content that is sent by other means would lack the chunks around it.
TEST(ServerConnectionResponseDeathTest, BytesOfAChunkedBodyMustBeWrapped) {
  ServerConnection connection;
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                       absl::Span<const Field>(), std::nullopt));
  EXPECT_DEATH(connection.BodyBytes(5), "chunk");
}

// Bytes outside of a response would be taken for part of the next one.
TEST(ServerConnectionResponseDeathTest, ABodyIsSentBetweenTheBeginningAndTheEndOnly) {
  constexpr char kNone[] = "no response has begun";
  ServerConnection connection;
  EXPECT_DEATH(connection.Body("x"), kNone);
  ASSERT_EQ(connection.Next(kGet).event, Event::kRequest);
  char buffer[256];
  ASSERT_FALSE(connection.BeginResponse(absl::MakeSpan(buffer, 1), StatusCode::kOk,
                                        absl::Span<const Field>(), std::nullopt));
  EXPECT_DEATH(connection.Body("x"), kNone);
  EXPECT_DEATH(connection.BodyBytes(1), kNone);
  ASSERT_TRUE(connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                       absl::Span<const Field>(), std::nullopt));
  connection.EndResponse();
  EXPECT_DEATH(connection.Body("x"), kNone);
  EXPECT_DEATH(connection.BodyBytes(1), kNone);
}

}  // namespace
}  // namespace forklift::http
