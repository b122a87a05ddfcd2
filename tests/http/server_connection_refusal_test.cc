// What a strict server takes and what it refuses, section by section: as the connection decides it
// from the bytes alone, before any handler is asked.
#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/limits.h"
#include "forklift/http/server_connection.h"
#include "forklift/tests/http/support/echo_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGet = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

struct Refused {
  int status;
  std::string request;
};

// Each is answered with its status, in one piece and byte by byte, and is the last one: what
// follows it is no request.
void ExpectRefused(absl::Span<const Refused> cases, const Limits& limits = {}) {
  for (const Refused& test : cases) {
    const std::string input = absl::StrCat(test.request, kGet);
    EchoServer whole(limits);
    whole.Receive(input);
    EXPECT_THAT(whole.sent, StartsWith(absl::StrCat("HTTP/1.1 ", test.status, " ")))
        << absl::CHexEscape(test.request);
    EXPECT_THAT(whole.sent, HasSubstr("\r\nConnection: close\r\n")) << absl::CHexEscape(input);
    EXPECT_TRUE(whole.closed()) << absl::CHexEscape(input);
    EXPECT_EQ(whole.requests, std::vector<std::string>{"error"}) << absl::CHexEscape(input);
    EchoServer bytewise(limits);
    for (const char& byte : input) bytewise.Receive(std::string_view(&byte, 1));
    EXPECT_EQ(bytewise.sent, whole.sent) << absl::CHexEscape(input);
  }
}

// A request with these fields.
std::string Get(std::string_view fields) {
  return absl::StrCat("GET / HTTP/1.1\r\nHost: a\r\n", fields, "\r\n\r\n");
}
std::string Target(std::string_view target) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n");
}
std::string Version(std::string_view version) {
  return absl::StrCat("GET / ", version, "\r\nHost: a\r\n\r\n");
}
std::string Host(std::string_view host) {
  return absl::StrCat("GET / HTTP/1.1\r\nHost: ", host, "\r\n\r\n");
}
std::string Chunks(std::string_view chunks) {
  return absl::StrCat(Get("Transfer-Encoding: chunked"), chunks);
}

// RFC 9112 sections 2.2, 2.3 and 3, RFC 9110 section 15.6.6.
TEST(ServerConnectionRefusalTest, RequestLines) {
  ExpectRefused({
      {400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
      {400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "\x16\x03\x01\x02"},  // another protocol's hello
      {400, "GET /\r\n"},         // HTTP/0.9
      {400, "GET /\rX HTTP/1.1\r\n"},
      {400, "GET / HTTP/1.1\rHost: a\r\n\r\n"},
      {400, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, absl::StrCat("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", Get("A: b"))},
      {400, Version("HTTP/1.10")},
      {400, Version("HTTP/01.1")},
      {400, Version("http/1.1")},
      {400, Version("HTTP/1")},
      {505, Version("HTTP/2.0")},
      {505, Version("HTTP/0.9")},
      {505, Version("HTTP/9.9")},
  });
  ExpectRefused(
      {{400, "GET / HTTP/1.1\nHost: a\r\n\r\n"}, {400, "GET / HTTP/1.1\r\nHost: a\n\r\n"}},
      {.bare_lf = false});
}

// RFC 9112 section 3.2, RFC 9110 sections 4.2.1 and 7.2.
TEST(ServerConnectionRefusalTest, TargetsAndHosts) {
  ExpectRefused({
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {400, "GET http://b/ HTTP/1.1\r\n\r\n"},
      {400, Host("")},
      {400, Host("a b")},
      {400, Host("a/b")},
      {400, Host("u@a")},
      {400, Host("a:x")},
      {400, Host("a, b")},
      {400, "GET / HTTP/1.0\r\nHost: a b\r\n\r\n"},
      {400, Target("foo")},
      {400, Target("a:80")},
      {400, Target("*")},
      {400, Target("/#x")},
      {400, Target("/\"")},
      {400, Target("/<")},
      {400, Target("/\\")},
      {400, Target("/\x80")},
      {400, Target("/\xff")},
      {400, Target("/\x01")},
      {400, Target("/\x7f")},
      {400, Target("/%zz")},
      {400, Target("/%00")},
      {400, Target("/%")},
      {400, Target("http://u@evil/")},
      {400, Target("ftp://b/")},
      {400, Target("http:///")},
      {400, "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"},
  });
}

// RFC 9112 sections 2.2, 5.1 and 5.2, RFC 9110 sections 5.1, 5.5 and 5.6.2.
TEST(ServerConnectionRefusalTest, FieldLines) {
  ExpectRefused({
      {400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {400, Get("X : v")},
      {400, Get("X\t: v")},
      {400, Get(": v")},
      {400, Get("X[]: v")},
      {400, Get("X\xe9: v")},
      {400, Get(std::string_view("X\0: v", 5))},
      {400, Get("X v")},
      {400, Get("X: a\r\n b")},
      {400, Get("X: a\r\n\tb")},
      {400, Get("X: a\rb")},
      {400, Get(std::string_view("X: a\0b", 6))},
      {400, Get("X: a\x07")},
      {400, Get("X: a\x7f")},
      {400, Get("X: a\r\n\rX")},
  });
}

// RFC 9112 sections 6.1 and 6.3, RFC 9110 section 8.6: what two recipients could read in two ways.
TEST(ServerConnectionRefusalTest, Framing) {
  std::vector<Refused> cases = {
      {400, Get("Content-Length: 3\r\nContent-Length: 4")},
      {400, Get("Content-Length: 5\r\nContent-Length: 5")},
      {400, Get("Content-Length: 5\r\nTransfer-Encoding: chunked")},
      {400, Get("Transfer-Encoding: chunked\r\nContent-Length: 5")},
      {400, Get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")},
      {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {501, Get("Transfer-Encoding: gzip, chunked")},
      {501, Get("Transfer-Encoding: x, chunked")},
  };
  for (std::string_view length : {"-1", "+1", "1_0", "0x1", "1 2", "1.0", "", "abc", "3, 4", "5, 5",
                                  "99999999999999999999", "18446744073709551616"}) {
    cases.push_back({400, Get(absl::StrCat("Content-Length: ", length))});
  }
  for (std::string_view coding : {"gzip", "chunked, gzip", "chunkedx", "identity",
                                  "chunked, chunked", "chunked;q=1", "", "\"chunked\"", ","}) {
    cases.push_back({400, Get(absl::StrCat("Transfer-Encoding: ", coding))});
  }
  ExpectRefused(cases);
}

// RFC 9112 section 7.1.
TEST(ServerConnectionRefusalTest, Chunks) {
  std::vector<Refused> cases;
  for (std::string_view chunks :
       {"\r\n", "-5\r\n", "+5\r\n", "0x5\r\n", "5_0\r\n", "g\r\n", "00000000000000005\r\n", "5 \rX",
        "5;\r\n", "5\nhello", "5\r\rhello", "5\r\nhello\n", "5\r\nhello\r\r", "5\r\nhelloX",
        "5\r\nhello\r\n0\r\nX : 1\r\n\r\n", "5\r\nhello\r\n0\r\nX: 1\n\n"}) {
    cases.push_back({400, Chunks(chunks)});
  }
  cases.push_back({400, Chunks(std::string_view("5;\0\r\n", 5))});
  cases.push_back({400, Chunks(absl::StrCat("5;", std::string(4097, 'x'), "\r\n"))});
  cases.push_back({431, Chunks(absl::StrCat("0\r\nX: ", std::string(8190, 'x'), "\r\n\r\n"))});
  ExpectRefused(cases);
}

// RFC 9110 sections 10.1.1, 15.5.14 and 15.5.15, RFC 6585 section 5, at the edge of each limit.
TEST(ServerConnectionRefusalTest, Limits) {
  const auto padded = [](size_t size, std::string_view before, std::string_view after) {
    return absl::StrCat(before, std::string(size - before.size() - after.size(), 'x'), after);
  };
  constexpr Limits kLimits = {
      .start_line = 40, .field_line = 50, .fields = 3, .head = 120, .body = 10};
  const std::string line = padded(40, "GET /", " HTTP/1.1");
  const std::string longer_line = padded(41, "GET /", " HTTP/1.1");
  const std::vector<std::string> good = {
      absl::StrCat(line, "\r\nHost: a\r\n\r\n"),
      Get(padded(50, "X: ", "")),
      Get("A: 1\r\nB: 2"),
      Get(absl::StrCat(padded(43, "A: ", ""), "\r\n", padded(46, "B: ", ""))),
      absl::StrCat(Get("Content-Length: 10"), "0123456789"),
      Chunks("A\r\n0123456789\r\n0\r\n\r\n"),
  };
  for (const std::string& request : good) {
    EchoServer server(kLimits);
    server.Receive(absl::StrCat(request, kGet));
    EXPECT_THAT(server.sent, EndsWith("GET /next")) << request;
    EXPECT_EQ(server.requests.size(), 2u) << request;
  }
  ExpectRefused(
      {
          {414, absl::StrCat(longer_line, "\r\nHost: a\r\n\r\n")},
          {501, std::string(41, 'M')},
          {431, Get(padded(51, "X: ", ""))},
          {431, Get("A: 1\r\nB: 2\r\nC: 3")},
          {431, Get(absl::StrCat(padded(43, "A: ", ""), "\r\n", padded(47, "B: ", "")))},
          {413, Get("Content-Length: 11")},
          {413, Get("Content-Length: 18446744073709551615")},
          {413, Get("Content-Length: 11\r\nExpect: 100-continue")},
          {413, Chunks("B\r\n")},
          {413, Chunks("A\r\n0123456789\r\n1\r\n")},
          {413, Chunks("FFFFFFFFFFFFFFFF\r\n")},
          {417, Get("Expect: foo")},
          {417, Get("Expect: 100-continue, foo")},
          {417, Get("Expect: 100-continue\r\nExpect: foo")},
      },
      kLimits);
}

// What is unusual but right, or another's to judge: it is answered, its body is read, and the next
// request is found.
TEST(ServerConnectionRefusalTest, WhatIsTaken) {
  const std::vector<std::string> good = {
      // RFC 9112 section 2.2.
      absl::StrCat("\r\n", Get("A: b")),
      absl::StrCat("\r\n\n\r\n\n\r\n\r\n\r\n\n", Get("A: b")),
      "GET / HTTP/1.1\nHost: a\n\n",
      // RFC 9110 section 9.1: whether there is such a method is the handler's matter.
      "FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
      "get / HTTP/1.1\r\nHost: a\r\n\r\n",
      absl::StrCat(std::string(100, 'M'), " / HTTP/1.1\r\nHost: a\r\n\r\n"),
      // RFC 9112 section 3.2.
      Target("http://b/"),
      Target("https://b:8?q"),
      Target("/?q?/%00"),
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      Host("[::1]:80"),
      Host("a:"),
      Target(absl::StrCat("/", std::string(8000 - 14, 'x'))),
      // RFC 9110 sections 2.5 and 5.5, RFC 9112 section 5.1.
      Version("HTTP/1.2"),
      Version("HTTP/1.9"),
      Get("X: \x80\xff"),
      Get("X:\t v \t"),
      Get("X:"),
      // RFC 9112 sections 6.1 and 7.1, RFC 9110 section 8.6.
      absl::StrCat(Get("Content-Length: 5"), "hello"),
      absl::StrCat(Get("Content-Length: 010"), "0123456789"),
      Get("Content-Length: 0"),
      absl::StrCat(Get("Transfer-Encoding: ChUnKeD"), "0\r\n\r\n"),
      Chunks("5\r\nhello\r\nA\r\n0123456789\r\na\r\n0123456789\r\n0005\r\nhello\r\n000\r\n\r\n"),
      Chunks("5;a\r\nhello\r\n5;a=b\r\nhello\r\n5 ; a = \"q\\\"x\"\r\nhello\r\n0;a\r\n\r\n"),
      Chunks("0\r\nX: 1\r\nContent-Length: 9\r\nHost: b\r\nTransfer-Encoding: x\r\n\r\n"),
      "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
      // RFC 9110 section 7.8.
      Get("Connection: upgrade\r\nUpgrade: websocket"),
      Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x"),
  };
  for (const std::string& request : good) {
    const std::string input = absl::StrCat(request, kGet);
    EchoServer whole;
    whole.Receive(input);
    EXPECT_THAT(whole.sent, StartsWith("HTTP/1.1 200 OK\r\n")) << absl::CHexEscape(input);
    EXPECT_THAT(whole.sent, EndsWith("GET /next")) << absl::CHexEscape(input);
    EXPECT_EQ(whole.requests.size(), 2u) << absl::CHexEscape(input);
    EXPECT_FALSE(whole.closed()) << absl::CHexEscape(input);
    EchoServer bytewise;
    for (const char& byte : input) bytewise.Receive(std::string_view(&byte, 1));
    EXPECT_EQ(bytewise.sent, whole.sent) << absl::CHexEscape(input);
  }
}

// RFC 9112 section 3.2.2.
TEST(ServerConnectionRefusalTest, TheTargetsAuthorityGoesBeforeHost) {
  ServerConnection connection;
  EXPECT_EQ(connection.Next("GET http://b:8/x HTTP/1.1\r\nHost: a\r\n\r\n").event,
            ServerConnection::Event::kRequest);
  ASSERT_TRUE(connection.request().authority.has_value());
  EXPECT_EQ(connection.request().authority->host, "b");
  EXPECT_EQ(connection.request().authority->port, 8);
}

}  // namespace
}  // namespace forklift::http
