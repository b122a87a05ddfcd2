#include "forklift/http/server/call_handler.h"

#include <new>
#include <stdexcept>

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

TEST(CallHandlerTest, LogsWhatWasThrown) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(CallHandler([] { throw std::runtime_error("no such row"); }), HandlerOutcome::kThrew);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("no such row"));
}

}  // namespace
}  // namespace forklift::http::server
