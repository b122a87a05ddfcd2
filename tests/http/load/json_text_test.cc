#include "forklift/http/load/json_text.h"

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(JsonTextTest, EscapesQuotesAndBackslashes) {
  EXPECT_EQ(JsonString("http://a/?\"b\\c"), "\"http://a/?\\\"b\\\\c\"");
  EXPECT_EQ(JsonString(""), "\"\"");
}

TEST(JsonTextTest, SecondsToTheNanosecond) {
  EXPECT_EQ(JsonSeconds(absl::Nanoseconds(1)), "0.000000001");
  EXPECT_EQ(JsonSeconds(absl::Hours(1)), "3600.000000000");
}

}  // namespace
}  // namespace forklift::http::load
