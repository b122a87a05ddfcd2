#include "forklift/http/request_line.h"

#include <stddef.h>

#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/str_cat.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

struct Good {
  std::string_view line;
  std::string_view method;
  std::string_view target;
  int minor_version;
};

TEST(RequestLineTest, ReadsTheThreeParts) {
  for (const Good& good : {
           Good{"GET /hello HTTP/1.1", "GET", "/hello", 1},
           Good{"GET / HTTP/1.0", "GET", "/", 0},
           Good{"GET / HTTP/1.9", "GET", "/", 9},
           Good{"OPTIONS * HTTP/1.1", "OPTIONS", "*", 1},
           Good{"CONNECT a:443 HTTP/1.1", "CONNECT", "a:443", 1},
           Good{"get http://a/?x=%20&y=z HTTP/1.1", "get", "http://a/?x=%20&y=z", 1},
           Good{"!#$%&'*+-.^_`|~0Az / HTTP/1.1", "!#$%&'*+-.^_`|~0Az", "/", 1},
           Good{"M [::1]!$&'()*+,;=:@/?~%-._ HTTP/1.1", "M", "[::1]!$&'()*+,;=:@/?~%-._", 1},
       }) {
    const auto parsed = ParseRequestLine(good.line);
    const auto* line = std::get_if<RequestLine>(&parsed);
    ASSERT_NE(line, nullptr) << good.line;
    EXPECT_EQ(line->method, good.method);
    EXPECT_EQ(line->target, good.target);
    EXPECT_EQ(line->minor_version, good.minor_version);
  }
}

struct Bad {
  std::string_view line;
  int status;
  size_t offset;
};

TEST(RequestLineTest, RefusesEverythingElse) {
  for (const Bad& bad : {
           Bad{"", 400, 0},
           Bad{" GET / HTTP/1.1", 400, 0},
           Bad{"GET", 400, 3},
           Bad{"GET ", 400, 4},
           Bad{"GET /", 400, 5},
           Bad{"GET / ", 400, 6},
           Bad{"GET  / HTTP/1.1", 400, 4},
           Bad{"GET\t/ HTTP/1.1", 400, 3},
           Bad{"GET /\tHTTP/1.1", 400, 5},
           Bad{"GET /  HTTP/1.1", 400, 6},
           Bad{"GET / HTTP/1.1 ", 400, 6},
           Bad{"GET / HTTP/1.1\r", 400, 6},
           Bad{"G(T / HTTP/1.1", 400, 1},
           Bad{"G\xc3\x89T / HTTP/1.1", 400, 1},
           Bad{"GET /a#b HTTP/1.1", 400, 6},
           Bad{"GET /\"<>\\ HTTP/1.1", 400, 5},
           Bad{"GET /\x7f HTTP/1.1", 400, 5},
           Bad{"GET /\xff HTTP/1.1", 400, 5},
           Bad{std::string_view("GET /\0 HTTP/1.1", 15), 400, 5},
           Bad{"GET / HTTP/1", 400, 6},
           Bad{"GET / HTTP/1.", 400, 6},
           Bad{"GET / HTTP/1.10", 400, 6},
           Bad{"GET / HTTP/01.1", 400, 6},
           Bad{"GET / http/1.1", 400, 6},
           Bad{"GET / HTTP/1,1", 400, 6},
           Bad{"GET / HTTP/1.x", 400, 6},
           Bad{"GET / HTTPS/1.", 400, 6},
           Bad{"GET / HTTP/0.9", 505, 11},
           Bad{"GET / HTTP/2.0", 505, 11},
           Bad{"GET / HTTP/9.9", 505, 11},
           Bad{"\x16\x03\x01\x02\x00\x01", 400, 0},  // a TLS hello
       }) {
    const auto parsed = ParseRequestLine(bad.line);
    const auto* error = std::get_if<ParseError>(&parsed);
    ASSERT_NE(error, nullptr) << bad.line;
    EXPECT_EQ(static_cast<int>(error->status), bad.status) << bad.line;
    EXPECT_EQ(error->offset, bad.offset) << bad.line;
    EXPECT_FALSE(error->reason.empty());
    EXPECT_TRUE(error->rfc.substr(0, 4) == "RFC ") << error->rfc;
  }
}

TEST(RequestLineTest, EveryCharacterInATarget) {
  constexpr std::string_view kAllowed =
      "!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string line = absl::StrCat("GET /", std::string(1, c), " HTTP/1.1");
    const bool accepted = std::holds_alternative<RequestLine>(ParseRequestLine(line));
    EXPECT_EQ(accepted, kAllowed.find(c) != kAllowed.npos) << byte;
  }
}

}  // namespace
}  // namespace forklift::http
