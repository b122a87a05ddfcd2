#include "forklift/http/response_body.h"

#include <stdint.h>

#include <limits>
#include <string>
#include <string_view>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Framing = ResponseBody::Framing;

std::string Send(ResponseBody& body, std::string_view data) {
  return absl::StrJoin(body.Wrap(data), "");
}

TEST(ResponseBodyTest, ALengthIsNeverExceeded) {
  ResponseBody body;
  body.Begin(Framing::kLength, 5);
  EXPECT_TRUE(body.IsShort());
  EXPECT_EQ(Send(body, "hel"), "hel");
  EXPECT_EQ(Send(body, ""), "");
  EXPECT_TRUE(body.IsShort());
  EXPECT_EQ(Send(body, "lo, world"), "lo");
  EXPECT_FALSE(body.IsShort());
  EXPECT_EQ(Send(body, "more"), "");
  EXPECT_EQ(body.End(), "");
}

TEST(ResponseBodyTest, CountsWhatIsSentByOtherMeans) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  ResponseBody body;
  body.Begin(Framing::kLength, kMost);
  EXPECT_EQ(body.Count(kMost - 2), kMost - 2);
  EXPECT_EQ(body.Count(0), 0u);
  EXPECT_EQ(Send(body, "a"), "a") << "by both";
  EXPECT_EQ(body.Count(kMost), 1u);
  EXPECT_FALSE(body.IsShort());
  body.Begin(Framing::kUntilClose, 0);
  EXPECT_EQ(body.Count(kMost), kMost);
  body.Begin(Framing::kNone, 7);
  EXPECT_EQ(body.Count(7), 0u);
}

// RFC 9112 section 7.1. An empty chunk would end the body.
TEST(ResponseBodyTest, AnUnknownLengthIsChunked) {
  ResponseBody body;
  body.Begin(Framing::kChunked, 0);
  EXPECT_EQ(body.framing(), Framing::kChunked);
  EXPECT_EQ(Send(body, "hello, world, hello"), "13\r\nhello, world, hello\r\n");
  EXPECT_EQ(Send(body, ""), "");
  EXPECT_EQ(body.End(), "0\r\n\r\n");
  EXPECT_FALSE(body.IsShort());
}

TEST(ResponseBodyTest, WithoutChunksTheEndIsThatOfTheConnection) {
  ResponseBody body;
  body.Begin(Framing::kUntilClose, 0);
  EXPECT_EQ(Send(body, "hello"), "hello");
  EXPECT_EQ(body.End(), "");
  EXPECT_FALSE(body.IsShort());
}

TEST(ResponseBodyTest, NothingIsSentWhereNothingMayBe) {
  ResponseBody body;
  body.Begin(Framing::kNone, 5);
  EXPECT_EQ(Send(body, "hello"), "");
  EXPECT_EQ(body.End(), "");
  EXPECT_FALSE(body.IsShort()) << "to HEAD, the length is that of what GET would get";
}

TEST(ResponseBodyTest, OneBodyAfterAnother) {
  ResponseBody body;
  body.Begin(Framing::kLength, 5);
  body.Begin(Framing::kLength, 2);
  EXPECT_EQ(Send(body, "hello"), "he");
  body.Begin(Framing::kChunked, 0);
  EXPECT_EQ(Send(body, "hi"), "2\r\nhi\r\n");
  body.Begin(Framing::kNone, 0);
  EXPECT_EQ(body.End(), "");
}

TEST(ResponseBodyDeathTest, ChunksAreNotToBeCounted) {
  ResponseBody body;
  body.Begin(Framing::kChunked, 0);
  EXPECT_DEATH(body.Count(1), "chunk");
}

}  // namespace
}  // namespace forklift::http
