#include "forklift/http/method.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

struct Standard {
  std::string_view name;
  Method method;
  bool safe;
  bool idempotent;
};

// RFC 9110 section 9.3 and its registry in section 16.1.2; RFC 5789 section 2 for PATCH.
constexpr Standard kStandards[] = {
    {"GET", Method::kGet, true, true},         {"HEAD", Method::kHead, true, true},
    {"POST", Method::kPost, false, false},     {"PUT", Method::kPut, false, true},
    {"DELETE", Method::kDelete, false, true},  {"CONNECT", Method::kConnect, false, false},
    {"OPTIONS", Method::kOptions, true, true}, {"TRACE", Method::kTrace, true, true},
    {"PATCH", Method::kPatch, false, false},
};

TEST(MethodTest, TheStandardOnesAndWhatTheyPromise) {
  for (const Standard& standard : kStandards) {
    EXPECT_EQ(ParseMethod(standard.name), standard.method) << standard.name;
    EXPECT_EQ(MethodName(standard.method), standard.name);
    EXPECT_EQ(IsSafe(standard.method), standard.safe) << standard.name;
    EXPECT_EQ(IsIdempotent(standard.method), standard.idempotent) << standard.name;
  }
}

TEST(MethodTest, AnyOtherTextIsAnotherMethod) {
  for (std::string_view text :
       {"", "get", "Get", "GE", "GETS", "GET ", " GET", "PROPFIND", "FOO"}) {
    EXPECT_EQ(ParseMethod(text), Method::kOther) << text;
  }
  EXPECT_EQ(ParseMethod(std::string_view("GET\0", 4)), Method::kOther);
  EXPECT_EQ(ParseMethod(std::string(1 << 20, 'G')), Method::kOther);
  EXPECT_EQ(MethodName(Method::kOther), "");
  EXPECT_FALSE(IsSafe(Method::kOther));
  EXPECT_FALSE(IsIdempotent(Method::kOther));
}

TEST(MethodTest, OneWrongByteMakesItAnotherMethod) {
  for (const Standard& standard : kStandards) {
    for (size_t i = 0; i < standard.name.size(); ++i) {
      std::string text(standard.name);
      text[i] ^= 0x20;
      EXPECT_EQ(ParseMethod(text), Method::kOther) << text;
    }
  }
}

}  // namespace
}  // namespace forklift::http
