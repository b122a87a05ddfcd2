#include "forklift/http/server/call_handler.h"

#include <new>
#include <stdexcept>
#include <string>
#include <variant>

#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

TEST(CallHandlerTest, SaysHowTheCallEnded) {
  bool called = false;
  EXPECT_EQ(CallHandler([&] { called = true; }), HandlerOutcome::kDone);
  EXPECT_TRUE(called);
  EXPECT_EQ(CallHandler([] { throw std::bad_alloc(); }), HandlerOutcome::kOutOfMemory);
  EXPECT_EQ(CallHandler([] { throw 42; }), HandlerOutcome::kThrew);
}

TEST(CallHandlerTest, AFailureHasNothingOfTheHandlersAnswer) {
  Response response;
  response.content = "secret";
  SetFailure(HandlerOutcome::kOutOfMemory, response);
  EXPECT_EQ(response.status, StatusCode::kServiceUnavailable);
  EXPECT_THAT(std::get<std::string>(response.content), testing::Not(testing::HasSubstr("secret")));
  SetFailure(HandlerOutcome::kThrew, response);
  EXPECT_EQ(response.status, StatusCode::kInternalServerError);
}

TEST(CallHandlerTest, LogsWhatWasThrown) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(CallHandler([] { throw std::runtime_error("no such row"); }), HandlerOutcome::kThrew);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("no such row"));
}

}  // namespace
}  // namespace forklift::http::server
