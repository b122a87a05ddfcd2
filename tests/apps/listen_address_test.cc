#include "forklift/apps/listen_address.h"

#include <optional>

#include "absl/status/status.h"
#include "forklift/net/address.h"
#include "gtest/gtest.h"

namespace forklift::apps {
namespace {

TEST(ListenAddressTest, ThePortReplacesThatOfTheAddress) {
  EXPECT_EQ(*ListenAddress("127.0.0.1:8888", std::nullopt), net::Address::Ipv4Loopback(8888));
  EXPECT_EQ(*ListenAddress("127.0.0.1:8888", 0), net::Address::Ipv4Loopback(0));
  EXPECT_EQ(*ListenAddress("[::]:1", 80), *net::Address::Parse("[::]:80"));
  EXPECT_EQ(*ListenAddress("unix:/a", std::nullopt), *net::Address::Parse("unix:/a"));
}

TEST(ListenAddressTest, WhatDoesNotGoTogetherIsBadUsage) {
  EXPECT_EQ(ListenAddress("localhost:80", 80).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ListenAddress("unix:/a", 80).status().message(),
            "--port does not go with --bind=unix:/a");
}

TEST(ListenAddressTest, TheArticlesLine) {
  testing::internal::CaptureStdout();
  AnnounceReadiness(net::Address::Ipv4Loopback(8888));
  AnnounceReadiness(*net::Address::Parse("unix:@name"));
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "Serving HTTP on port 8888 ...\nServing HTTP on unix:@name ...\n");
}

}  // namespace
}  // namespace forklift::apps
