#include "forklift/http/wsgi/cgi_name.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "forklift/http/header_name.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

TEST(CgiNameTest, IsInCapitalsWithUnderscores) {
  const struct {
    std::string_view field;
    std::string_view name;
  } kCases[] = {
      {"Accept", "HTTP_ACCEPT"},
      {"accept", "HTTP_ACCEPT"},
      {"User-Agent", "HTTP_USER_AGENT"},
      {"X-Forwarded-For", "HTTP_X_FORWARDED_FOR"},
      {"x--y-", "HTTP_X__Y_"},
      {"X.Y!#$%&'*+^`|~9", "HTTP_X.Y!#$%&'*+^`|~9"},
      {"Content-Type", "CONTENT_TYPE"},
      {"CONTENT-TYPE", "CONTENT_TYPE"},
      {"Content-Type-2", "HTTP_CONTENT_TYPE_2"},
      {"Proxy-Authorization", "HTTP_PROXY_AUTHORIZATION"},
      {"Proxies", "HTTP_PROXIES"},
  };
  for (const auto& [field, name] : kCases) EXPECT_EQ(CgiName(field), name) << field;
}

TEST(CgiNameTest, WhatNoApplicationMaySeeHasNone) {
  for (const std::string_view field :
       {"Proxy", "proxy", "PROXY", "Content-Length", "content-length", "Transfer-Encoding",
        "TRANSFER-ENCODING", "Content_Length", "X_Forwarded_For", "X-Forwarded_For", "_", "_a",
        "a_"}) {
    EXPECT_EQ(CgiName(field), "") << field;
  }
}

TEST(CgiNameTest, AllKnownNamesButTwoHaveOne) {
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const HeaderName name = HeaderName(i);
    const bool hidden = name == HeaderName::kContentLength || name == HeaderName::kTransferEncoding;
    EXPECT_EQ(CgiName(Spelling(name)).empty(), hidden) << Spelling(name);
    EXPECT_EQ(CgiName(absl::AsciiStrToLower(Spelling(name))), CgiName(Spelling(name)));
  }
}

}  // namespace
}  // namespace forklift::http::wsgi
