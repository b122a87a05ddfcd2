#include "forklift/http/request_writer.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

std::optional<std::string> Write(std::string_view method, std::string_view target,
                                 std::string_view host = "a") {
  char buffer[256];
  const auto head = RequestWriter(absl::MakeSpan(buffer), method, target, host).Finish();
  if (!head) return std::nullopt;
  return std::string(*head);
}

TEST(RequestWriterTest, WritesTheRequestLineThenHostThenTheFieldsInOrder) {
  char buffer[256];
  RequestWriter writer(absl::MakeSpan(buffer), "POST", "/hello?x=%20", "localhost:8888");
  writer.AddField("Accept", "text/plain");
  writer.AddField("X-Empty", "");
  writer.AddContentLength(14);
  EXPECT_EQ(writer.Finish(),
            "POST /hello?x=%20 HTTP/1.1\r\nHost: localhost:8888\r\nAccept: text/plain\r\n"
            "X-Empty: \r\nContent-Length: 14\r\n\r\n");
}

TEST(RequestWriterTest, EveryFormOfATarget) {  // RFC 9112 section 3.2
  EXPECT_EQ(Write("GET", "http://a/"), "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Write("CONNECT", "a:443", "a:443"), "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
  EXPECT_EQ(Write("OPTIONS", "*", "[::1]"), "OPTIONS * HTTP/1.1\r\nHost: [::1]\r\n\r\n");
}

TEST(RequestWriterTest, AHostMayBeEmpty) {  // RFC 9112 section 3.2
  EXPECT_EQ(Write("GET", "/", ""), "GET / HTTP/1.1\r\nHost: \r\n\r\n");
}

TEST(RequestWriterTest, AMethodMustBeAToken) {
  for (std::string_view method : {"", "GET ", "GET /x HTTP/1.1\r\nX:", "G\xc3\x89T", "A:"}) {
    EXPECT_EQ(Write(method, "/"), std::nullopt) << method;
  }
}

TEST(RequestWriterTest, ATargetThatCouldEndTheRequestLineIsRefused) {
  using namespace std::string_view_literals;
  for (std::string_view target :
       {""sv, "/a b"sv, "/ HTTP/1.1\r\nX: y"sv, "/\n"sv, "/\r"sv, "/\t"sv, "/\0"sv, "/\x7f"sv,
        "/\xc3\xa9"sv, "/#top"sv, "/\""sv, "/<"sv, "/\\"sv}) {
    EXPECT_EQ(Write("GET", target), std::nullopt) << target;
  }
}

TEST(RequestWriterTest, AHostThatCouldAddFieldsIsRefused) {
  for (std::string_view host : {"a\r\nX: y", "a\nb", "a\rb", "\x1b"}) {
    EXPECT_EQ(Write("GET", "/", host), std::nullopt) << host;
  }
}

TEST(RequestWriterTest, AHostIsAnAuthority) {  // RFC 9110 section 7.2
  for (std::string_view host :
       {"a b", "u@a", "a/b", "a:x", "a:0", "a, b", "http://a", "[::1", ".."}) {
    EXPECT_EQ(Write("GET", "/", host), std::nullopt) << host;
  }
}

// RFC 9112 sections 3.2 and 6.3: what two recipients could read in two ways.
TEST(RequestWriterTest, HostAndFramingComeOnce) {
  char buffer[256];
  for (std::string_view name : {"Host", "hOST", "Content-Length", "Transfer-Encoding"}) {
    RequestWriter writer(absl::MakeSpan(buffer), "POST", "/", "a");
    writer.AddField(name, "1");
    EXPECT_EQ(writer.Finish(), std::nullopt) << name;
  }
  for (bool first : {false, true}) {
    for (bool second : {false, true}) {
      RequestWriter writer(absl::MakeSpan(buffer), "POST", "/", "a");
      for (bool chunked : {first, second}) {
        chunked ? writer.AddChunked() : writer.AddContentLength(1);
      }
      EXPECT_EQ(writer.Finish(), std::nullopt) << first << second;
    }
  }
  RequestWriter chunked(absl::MakeSpan(buffer), "POST", "/", "a");
  chunked.AddChunked();
  EXPECT_EQ(chunked.Finish(), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(RequestWriterTest, WhatItWritesIsReadBack) {
  const std::optional<std::string> head = Write("PATCH", "/~a;b=c/?q[]={x}|y^`");
  ASSERT_TRUE(head.has_value());
  RequestParser parser;
  ASSERT_EQ(parser.Parse(*head), ParseState::kComplete);
  EXPECT_EQ(parser.head().method, "PATCH");
  EXPECT_EQ(parser.head().target, "/~a;b=c/?q[]={x}|y^`");
  EXPECT_EQ(parser.head().fields.Find("Host"), "a");
}

TEST(RequestWriterTest, ABufferThatIsTooSmallByAnyNumberOfBytesGivesNothing) {
  const size_t size = Write("GET", "/", "a")->size();
  for (size_t room = 0; room <= size; ++room) {
    std::string buffer(room, '\0');
    buffer.shrink_to_fit();  // so that a sanitizer sees an overrun
    const auto head = RequestWriter(absl::MakeSpan(buffer), "GET", "/", "a").Finish();
    EXPECT_EQ(head.has_value(), room == size) << room;
  }
}

}  // namespace
}  // namespace forklift::http
