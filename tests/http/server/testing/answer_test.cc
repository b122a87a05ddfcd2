#include "forklift/http/server/testing/answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server::testing {
namespace {

void Login(const Request& request, Response& response) {
  if (request.message.head.method != "POST") {
    return response.SetError(StatusCode::kMethodNotAllowed, "send a form");
  }
  response.status = StatusCode::kSeeOther;
  if (!response.headers.Add("Location", "/home")) return;
  response.content = absl::StrCat("hello ", request.body);
}

TEST(AnswerTest, TheExampleOfTheHeader) {
  FunctionHandler handler(Login);
  const TestResponse response =
      Answer(handler, {.target = "/login", .method = "POST", .body = "user=me"});
  EXPECT_EQ(response.status, StatusCode::kSeeOther);
  EXPECT_EQ(response.Field("location"), "/home");
  EXPECT_EQ(response.Field("Date"), "Fri, 20 Dec 2019 00:00:00 GMT") << "the clock is the test's";
  EXPECT_EQ(response.body, "hello user=me");
  EXPECT_EQ(Answer(handler, {}).status, StatusCode::kMethodNotAllowed);
}

TEST(AnswerTest, HeadHasNoBody) {
  FunctionHandler handler(Login);
  const TestResponse response = Answer(handler, {.method = "HEAD"});
  EXPECT_EQ(response.status, StatusCode::kMethodNotAllowed);
  EXPECT_EQ(response.body, "");
}

TEST(AnswerTest, BytesGoThroughTheWholeProtocol) {
  FunctionHandler handler(Login);
  EXPECT_THAT(AnswerBytes(handler, "nonsense\r\n\r\n"), ::testing::StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace forklift::http::server::testing
