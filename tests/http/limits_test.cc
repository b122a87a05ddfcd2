#include "forklift/http/limits.h"

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/method.h"
#include "forklift/tests/http/support/echo_server.h"
#include "forklift/tests/http/support/recording_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(LimitsTest, WhatIsBeyondTheMostCountsAsTheMost) {
  const Limits most = ClampLimits({.start_line = SIZE_MAX,
                                   .field_line = SIZE_MAX,
                                   .fields = SIZE_MAX,
                                   .head = SIZE_MAX,
                                   .empty_lines = SIZE_MAX,
                                   .trailers = SIZE_MAX});
  EXPECT_EQ(most.start_line, 0x7fffffffu);
  EXPECT_EQ(most.field_line, 65'535u);
  EXPECT_EQ(most.fields, 65'535u);
  EXPECT_EQ(most.head, 0x7fffffffu);
  EXPECT_EQ(most.empty_lines, 65'535u);
  EXPECT_EQ(most.trailers, 0x7fffffffu);
  const Limits least = ClampLimits({.start_line = 0, .fields = 1, .head = 2, .trailers = 3});
  EXPECT_EQ(least.start_line, 0u);
  EXPECT_EQ(least.fields, 1u);
  EXPECT_EQ(least.head, 2u);
  EXPECT_EQ(least.trailers, 3u);
}

// Nothing that a peer sends may then end the program.
TEST(LimitsTest, NoLimitIsTooLargeForWhatItBounds) {
  for (const uint64_t limit : {uint64_t{0x7fffffff}, uint64_t{0x80000000}, uint64_t{0xffffffff},
                               uint64_t{0x100000000}, UINT64_MAX}) {
    const Limits limits = {.start_line = limit,
                           .field_line = limit,
                           .fields = limit,
                           .head = limit,
                           .empty_lines = limit,
                           .body = limit,
                           .chunk_extensions = limit,
                           .trailers = limit,
                           .requests = limit,
                           .unread_body = limit,
                           .interim_responses = limit};
    const std::string line_ends(70'000, '\n');
    const std::string value(65'530, 'v');
    const std::string rest = "\r\n\r\n2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n";
    EchoServer server(limits);
    server.Receive(line_ends.substr(0, 60'000));
    server.Receive(absl::StrCat("POST /", value, value, " HTTP/1.1\r\nHost: a\r\nX: ", value));
    server.Receive(absl::StrCat("\r\nTransfer-Encoding: chunked", rest));
    ASSERT_EQ(server.requests.size(), 1u) << limit;
    EXPECT_THAT(server.requests[0], testing::EndsWith("v hi")) << limit;
    server.Receive(line_ends);
    EXPECT_EQ(server.requests.back(), "error") << "lines are counted up to 65,535";

    RecordingClient client({Method::kGet}, limits);
    client.Receive(absl::StrCat("HTTP/1.1 200 ", value, value, "\r\nX: ", value));
    client.Receive(absl::StrCat("\r\nTransfer-Encoding: chunked", rest));
    EXPECT_EQ(client.got.back(), "200 hi") << limit;
    EXPECT_EQ(client.trailers, "X=y ") << limit;
  }
}

}  // namespace
}  // namespace forklift::http
