#include "forklift/http/server/connection_limit.h"

#include <sys/types.h>

#include <memory>
#include <vector>

#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

TEST(ConnectionLimitTest, OneSlotMayHaveAll) {
  const std::unique_ptr<ConnectionLimit> limit = *ConnectionLimit::Create(2, /*slots=*/4);
  ConnectionShare first(*limit, 0);
  ConnectionShare last(*limit, 3);
  EXPECT_TRUE(first.Enter());
  EXPECT_TRUE(first.Enter());
  EXPECT_FALSE(first.Enter());
  EXPECT_FALSE(last.Enter());
  EXPECT_TRUE(last.full());
  first.Leave();
  EXPECT_TRUE(last.Enter());
  EXPECT_FALSE(first.Enter());
  EXPECT_EQ(limit->count(), 2u);
}

TEST(ConnectionLimitTest, LiftedItLetsAllIn) {
  const std::unique_ptr<ConnectionLimit> limit = *ConnectionLimit::Create(1, /*slots=*/1);
  EXPECT_TRUE(limit->Enter(0));
  EXPECT_FALSE(limit->Enter(0));
  limit->Lift();
  EXPECT_TRUE(limit->lifted());
  EXPECT_FALSE(limit->full());
  EXPECT_TRUE(limit->Enter(0));
}

TEST(ConnectionLimitTest, AShareWithoutALimitLetsAllIn) {
  ConnectionShare share;
  EXPECT_TRUE(share.Enter());
  share.Leave();
}

TEST(ConnectionLimitTest, WhatAProcessHadThatEndedIsTakenBack) {
  const std::unique_ptr<ConnectionLimit> limit = *ConnectionLimit::Create(3, /*slots=*/2);
  ASSERT_TRUE(limit->Enter(0));
  EXPECT_EQ(tests::InChild([&] { return limit->Enter(1) && limit->Enter(1) ? 0 : 1; }), 0);
  EXPECT_FALSE(limit->Enter(0));
  limit->LeaveAll(1);
  EXPECT_EQ(limit->count(), 1u);
  limit->LeaveAll(1);
  EXPECT_EQ(limit->count(), 1u);
}

TEST(ConnectionLimitTest, ProcessesThatEnterAtOnceAreNeverTooMany) {
  constexpr size_t kProcesses = 4;
  constexpr size_t kMost = 1000;
  const std::unique_ptr<ConnectionLimit> limit = *ConnectionLimit::Create(kMost, kProcesses);
  std::vector<pid_t> children;
  for (size_t slot = 0; slot < kProcesses; ++slot) {
    children.push_back(tests::StartChild([&, slot] {
      for (int i = 0; i < 100'000; ++i) {
        if (limit->Enter(slot)) limit->Leave(slot);
      }
      while (limit->Enter(slot)) {
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(tests::WaitForChild(child), 0);
  EXPECT_EQ(limit->count(), kMost);
  for (size_t slot = 0; slot < kProcesses; ++slot) limit->LeaveAll(slot);
  EXPECT_EQ(limit->count(), 0u);
}

}  // namespace
}  // namespace forklift::http::server
