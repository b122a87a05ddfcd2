#include "forklift/http/server/admission.h"

#include <memory>

#include "forklift/http/server/connection_limit.h"
#include "forklift/net/address.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

const net::Address kOne = *net::Address::Parse("192.0.2.1:1");
const net::Address kOther = *net::Address::Parse("192.0.2.2:1");

TEST(AdmissionTest, WithoutLimitsAllMayEnter) {
  Admission admission({}, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(admission.Enter(kOne));
  EXPECT_FALSE(admission.full());
}

TEST(AdmissionTest, TheServersLimitHoldsForAll) {
  const std::unique_ptr<ConnectionLimit> limit = *ConnectionLimit::Create(1, 2);
  Admission first(ConnectionShare(*limit, 0), 0);
  Admission second(ConnectionShare(*limit, 1), 0);
  EXPECT_TRUE(first.Enter(kOne));
  EXPECT_TRUE(second.full());
  testing::internal::CaptureStderr();
  EXPECT_FALSE(second.Enter(kOther));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("all 1 connections"));
  first.Leave(kOne);
  EXPECT_FALSE(second.full());
  EXPECT_TRUE(second.Enter(kOther));
}

// Or a client that is kept out would take a place of the server's with each try.
TEST(AdmissionTest, WhoIsKeptOutCountsNowhere) {
  const std::unique_ptr<ConnectionLimit> limit = *ConnectionLimit::Create(10, 1);
  Admission admission(ConnectionShare(*limit, 0), 1);
  EXPECT_TRUE(admission.Enter(kOne));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(admission.Enter(kOne));
  EXPECT_EQ(limit->count(), 1u);
  EXPECT_TRUE(admission.Enter(kOther));
  admission.Leave(kOne);
  EXPECT_TRUE(admission.Enter(kOne));
  EXPECT_EQ(limit->count(), 2u);
}

}  // namespace
}  // namespace forklift::http::server
