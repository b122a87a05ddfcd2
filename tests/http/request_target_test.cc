#include "forklift/http/request_target.h"

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Form = RequestTarget::Form;

TEST(RequestTargetTest, PathAndQuery) {
  struct Case {
    std::string_view target;
    std::string_view path;
    std::optional<std::string_view> query;
  };
  for (const Case& c : {
           Case{"/", "/", std::nullopt},
           Case{"/?", "/", ""},
           Case{"/hello?a=b", "/hello", "a=b"},
           Case{"/a?b?c/d", "/a", "b?c/d"},
           Case{"//b/c", "//b/c", std::nullopt},  // a path of which the first segment is empty
           Case{"/http://b/", "/http://b/", std::nullopt},
           Case{"/%41%2f?%41", "/%41%2f", "%41"},
           Case{"/a%25zz", "/a%25zz", std::nullopt},
           Case{"/?info=%00%FF", "/", "info=%00%FF"},
           Case{"/*", "/*", std::nullopt},
       }) {
    for (Method method : {Method::kGet, Method::kOptions, Method::kOther}) {
      RequestTarget target;
      ASSERT_FALSE(ParseRequestTarget(method, c.target, target).has_value()) << c.target;
      EXPECT_EQ(target.form, Form::kOrigin);
      EXPECT_FALSE(target.authority.has_value());
      EXPECT_EQ(target.path, c.path);
      EXPECT_EQ(target.query, c.query) << c.target;
    }
  }
}

TEST(RequestTargetTest, AWholeUri) {
  struct Case {
    std::string_view target;
    bool https;
    std::string_view host;
    std::optional<uint16_t> port;
    std::string_view path;
    std::optional<std::string_view> query;
  };
  for (const Case& c : {
           Case{"http://b/", false, "b", std::nullopt, "/", std::nullopt},
           Case{"HTTPS://b:8443/c?d", true, "b", 8443, "/c", "d"},
           Case{"hTTp://b", false, "b", std::nullopt, "/", std::nullopt},
           Case{"http://b?c", false, "b", std::nullopt, "/", "c"},
           Case{"http://b?", false, "b", std::nullopt, "/", ""},
           Case{"http://b?c/d", false, "b", std::nullopt, "/", "c/d"},
           Case{"http://[::1]:80//c", false, "[::1]", 80, "//c", std::nullopt},
           Case{"http://b/@c:d", false, "b", std::nullopt, "/@c:d", std::nullopt},
       }) {
    RequestTarget target;
    ASSERT_FALSE(ParseRequestTarget(Method::kGet, c.target, target).has_value()) << c.target;
    EXPECT_EQ(target.form, Form::kAbsolute);
    EXPECT_EQ(target.https, c.https);
    ASSERT_TRUE(target.authority.has_value());
    EXPECT_EQ(target.authority->host, c.host);
    EXPECT_EQ(target.authority->port, c.port);
    EXPECT_EQ(target.path, c.path);
    EXPECT_EQ(target.query, c.query) << c.target;
  }
}

TEST(RequestTargetTest, TheServerAsAWhole) {  // RFC 9112 section 3.2.4, RFC 9110 section 4.2.3
  RequestTarget target;
  ASSERT_FALSE(ParseRequestTarget(Method::kOptions, "*", target).has_value());
  EXPECT_EQ(target.form, Form::kAsterisk);
  EXPECT_EQ(target.path, "*");

  ASSERT_FALSE(ParseRequestTarget(Method::kOptions, "http://b", target).has_value());
  EXPECT_EQ(target.path, "*");

  ASSERT_FALSE(ParseRequestTarget(Method::kOptions, "http://b/", target).has_value());
  EXPECT_EQ(target.path, "/");
}

TEST(RequestTargetTest, TheAuthorityOfATunnel) {
  RequestTarget target;
  ASSERT_FALSE(ParseRequestTarget(Method::kConnect, "a:443", target).has_value());
  EXPECT_EQ(target.form, Form::kAuthority);
  EXPECT_EQ(target.authority->host, "a");
  EXPECT_EQ(target.authority->port, 443);
  EXPECT_EQ(target.path, "");
}

TEST(RequestTargetTest, NothingIsLeftOfTheTargetBefore) {
  RequestTarget target;
  ASSERT_FALSE(ParseRequestTarget(Method::kGet, "https://b:1/c?d", target).has_value());
  ASSERT_FALSE(ParseRequestTarget(Method::kGet, "/", target).has_value());
  EXPECT_EQ(target.form, Form::kOrigin);
  EXPECT_FALSE(target.authority.has_value());
  EXPECT_FALSE(target.https);
  EXPECT_FALSE(target.query.has_value());
}

TEST(RequestTargetTest, RefusesEverythingElse) {
  struct Case {
    Method method;
    std::string_view target;
    size_t offset;
  };
  for (const Case& c : {
           Case{Method::kGet, "", 0},
           Case{Method::kGet, "*", 0},
           Case{Method::kHead, "*", 0},
           Case{Method::kOptions, "**", 0},
           Case{Method::kOptions, "*?a", 0},
           Case{Method::kGet, "foo", 0},
           Case{Method::kGet, "foo/bar", 0},
           Case{Method::kGet, "?a", 0},
           Case{Method::kGet, "a:80", 0},
           Case{Method::kOptions, "a:80", 0},
           Case{Method::kGet, "../a", 0},
           Case{Method::kGet, "%2fa", 0},
           Case{Method::kGet, "http:", 0},
           Case{Method::kGet, "http:/b", 0},
           Case{Method::kGet, "http:b", 0},
           Case{Method::kGet, "http://", 7},
           Case{Method::kGet, "http:///c", 7},
           Case{Method::kGet, "http://?c", 7},
           Case{Method::kGet, "https://:80/", 8},
           Case{Method::kGet, "http://a@evil/", 8},
           Case{Method::kGet, "http://a:b@evil/", 9},
           Case{Method::kGet, "http://a:65536/", 9},
           Case{Method::kGet, "http://a b/", 8},
           Case{Method::kGet, "http://a\\b/", 8},
           Case{Method::kGet, "http://a%00/", 8},
           Case{Method::kGet, "http://a/%00", 9},
           Case{Method::kGet, "http://a/b#c", 10},
           Case{Method::kGet, "ftp://b/", 0},
           Case{Method::kGet, "file:///etc/passwd", 0},
           Case{Method::kGet, "javascript:alert(1)", 0},
           Case{Method::kGet, "httpx://b/", 0},
           Case{Method::kGet, "/%", 1},
           Case{Method::kGet, "/%4", 1},
           Case{Method::kGet, "/%zz", 1},
           Case{Method::kGet, "/%00", 1},
           Case{Method::kGet, "/a%00?b", 2},
           Case{Method::kGet, "/?%zz", 2},
           Case{Method::kGet, "/?100%", 5},
           Case{Method::kConnect, "", 0},
           Case{Method::kConnect, "/", 0},
           Case{Method::kConnect, "*", 1},
           Case{Method::kConnect, "a", 1},
           Case{Method::kConnect, "a:", 2},
           Case{Method::kConnect, "a:0", 2},
           Case{Method::kConnect, "a:443/", 5},
           Case{Method::kConnect, "a@b:443", 1},
           Case{Method::kConnect, "http://a:443/", 5},
       }) {
    RequestTarget target;
    const std::optional<ParseError> error = ParseRequestTarget(c.method, c.target, target);
    ASSERT_TRUE(error.has_value()) << c.target;
    EXPECT_EQ(error->status, StatusCode::kBadRequest);
    EXPECT_EQ(error->offset, c.offset) << c.target;
    EXPECT_FALSE(error->reason.empty());
    EXPECT_EQ(error->rfc.substr(0, 4), "RFC ");
  }
}

TEST(RequestTargetTest, EveryCharacterInAPathAndInAQuery) {
  constexpr std::string_view kAllowed =
      "!$&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string character(1, static_cast<char>(byte));
    for (std::string_view before : {"/", "/?", "http://a/", "https://a?"}) {
      const std::string text = absl::StrCat(before, character, "x");
      RequestTarget target;
      EXPECT_EQ(ParseRequestTarget(Method::kGet, text, target).has_value(),
                kAllowed.find(character) == kAllowed.npos)
          << before << byte;
    }
  }
}

TEST(RequestTargetTest, EndsOnInputsOfHostileLength) {
  constexpr size_t kLong = 1 << 20;
  RequestTarget parsed;
  for (const std::string& target : {std::string(kLong, '/'), "/" + std::string(kLong, '?'),
                                    "http://a" + std::string(kLong, '/')}) {
    EXPECT_FALSE(ParseRequestTarget(Method::kGet, target, parsed).has_value());
  }
  for (const std::string& target :
       {std::string(kLong, '%'), std::string(kLong, ':'), "http://" + std::string(kLong, '@')}) {
    EXPECT_TRUE(ParseRequestTarget(Method::kGet, target, parsed).has_value());
  }
}

}  // namespace
}  // namespace forklift::http
