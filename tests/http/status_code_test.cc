#include "forklift/http/status_code.h"

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(StatusCodeTest, ReasonPhrasesAreTheRegistrys) {
  EXPECT_EQ(ReasonPhrase(StatusCode::kOk), "OK");
  EXPECT_EQ(ReasonPhrase(StatusCode::kNotFound), "Not Found");
  EXPECT_EQ(ReasonPhrase(StatusCode::kContentTooLarge), "Content Too Large");
  EXPECT_EQ(ReasonPhrase(StatusCode::kUriTooLong), "URI Too Long");
  EXPECT_EQ(ReasonPhrase(StatusCode::kRequestHeaderFieldsTooLarge),
            "Request Header Fields Too Large");
  EXPECT_EQ(ReasonPhrase(StatusCode::kHttpVersionNotSupported), "HTTP Version Not Supported");
}

TEST(StatusCodeTest, ACodeWithoutANameHasAnEmptyPhrase) {
  EXPECT_EQ(ReasonPhrase(static_cast<StatusCode>(299)), "");
}

}  // namespace
}  // namespace forklift::http
