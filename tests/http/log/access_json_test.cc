#include "forklift/http/log/access_json.h"

#include <stdint.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/log/log_line.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/tests/support/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

const net::Address kClient = net::Address::Ipv4Loopback(54321);

std::string Json(const AccessRecord& record) {
  char buffer[4096];
  LogLine line(absl::MakeSpan(buffer));
  AddJson(record, line);
  return std::string(line.text());
}

TEST(AccessJsonTest, AllThatIsKnown) {
  const AccessRecord record = {.client = &kClient,
                               .method = "GET",
                               .target = "/x%20y?a=b&c",
                               .minor_version = 1,
                               .status = StatusCode::kOk,
                               .content_bytes = 2326,
                               .referer = "http://a/\"",
                               .user_agent = "gr\xc3\xbc\xc3\x9f\xff\n",
                               .start = absl::FromUnixMillis(971'211'336'007),
                               .duration = absl::Microseconds(1'000'034),
                               .aborted = true};
  EXPECT_EQ(Json(record),
            absl::StrCat(R"({"time":"2000-10-10T20:55:36.007Z","client.address":"127.0.0.1",)"
                         R"("network.protocol.version":"1.1","http.response.status_code":200,)"
                         R"("http.response.body.size":2326,"duration_s":1.000034,"pid":)",
                         ::getpid(),
                         R"(,"aborted":true,"http.request.method":"GET","url.path":"/x%20y",)"
                         R"("url.query":"a=b&c","http.request.header.referer":["http://a/\""],)"
                         "\"user_agent.original\":\"gr\xc3\xbc\xc3\x9f\xef\xbf\xbd\\u000A\"}\n"));
}

TEST(AccessJsonTest, WhatIsNotKnownIsLeftOut) {
  EXPECT_EQ(Json({}), absl::StrCat(R"({"time":"1970-01-01T00:00:00.000Z",)"
                                   R"("http.response.body.size":0,"duration_s":0.000000,"pid":)",
                                   ::getpid(), "}\n"));
}

TEST(AccessJsonTest, TheTargetByItsForm) {
  struct Case {
    std::string_view target;
    std::string_view members;
  };
  for (const Case& c : {
           Case{"/", R"(,"url.path":"/"})"},
           Case{"/?", R"(,"url.path":"/","url.query":""})"},
           Case{"/a?b?c", R"(,"url.path":"/a","url.query":"b?c"})"},
           Case{"*", R"(,"url.path":"*"})"},
           Case{"http://a/b?c", R"(,"url.full":"http://a/b?c"})"},
           Case{"a:443", R"(,"url.full":"a:443"})"},
           Case{"", R"("http.request.method":"GET"})"},
       }) {
    EXPECT_THAT(Json({.method = "GET", .target = c.target}),
                testing::EndsWith(absl::StrCat(c.members, "\n")));
  }
}

TEST(AccessJsonTest, AnyDurationIsANumberThatIsNotNegative) {
  struct Case {
    absl::Duration duration;
    std::string_view text;
  };
  for (const Case& c : {
           Case{absl::Nanoseconds(999), "0.000000"},
           Case{absl::Milliseconds(-1), "0.000000"},
           Case{absl::Hours(1), "3600.000000"},
           Case{absl::InfiniteDuration(), "9223372036854.775807"},
           Case{-absl::InfiniteDuration(), "0.000000"},
       }) {
    EXPECT_THAT(Json({.duration = c.duration}),
                testing::HasSubstr(absl::StrCat("\"duration_s\":", c.text, ",")));
  }
}

TEST(AccessJsonTest, TheLongestOfEverythingFits) {
  const net::Address ipv6 = *net::Address::Parse("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
  const std::string escapes(10'000, '\x01');
  const std::string target = absl::StrCat("/", escapes, "?", escapes);
  const std::string line = Json({.client = &ipv6,
                                 .method = escapes,
                                 .target = target,
                                 .minor_version = std::numeric_limits<int>::max(),
                                 .status = static_cast<StatusCode>(std::numeric_limits<int>::max()),
                                 .content_bytes = std::numeric_limits<uint64_t>::max(),
                                 .referer = escapes,
                                 .user_agent = escapes,
                                 .start = absl::InfiniteFuture(),
                                 .duration = absl::InfiniteDuration(),
                                 .aborted = true});
  const auto json = tests::ParseJson(line);
  ASSERT_TRUE(json.has_value()) << line;
  for (std::string_view name :
       {"http.request.method", "url.path", "url.query", "user_agent.original"}) {
    ASSERT_NE(json->Find(name), nullptr) << name;
    EXPECT_TRUE(absl::EndsWith(json->Find(name)->text, "\x01...")) << name;
  }
  EXPECT_TRUE(absl::EndsWith(json->Find("http.request.header.referer")->items.at(0).text, "..."));
}

}  // namespace
}  // namespace forklift::http::log
