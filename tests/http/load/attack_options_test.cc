#include "forklift/http/load/attack_options.h"

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(AttackKindTest, NamesThatAreReadAndWritten) {
  for (const AttackKind kind : {AttackKind::kSlowHead, AttackKind::kSlowBody, AttackKind::kSlowRead,
                                AttackKind::kIdle, AttackKind::kHalfClose, AttackKind::kReset}) {
    ASSERT_TRUE(ParseAttackKind(AttackKindName(kind)).ok());
    EXPECT_EQ(*ParseAttackKind(AttackKindName(kind)), kind);
  }
  EXPECT_EQ(*ParseAttackKind("slow-head"), AttackKind::kSlowHead);
  EXPECT_EQ(*ParseAttackKind("reset"), AttackKind::kReset);
}

TEST(AttackKindTest, AnythingElseIsAnError) {
  for (const std::string_view name : {"", "slow", "Idle", "idle ", "slow_head"})
    EXPECT_EQ(ParseAttackKind(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  EXPECT_EQ(ParseAttackKind("rude\n").status().message(),
            "there is no attack 'rude\\n', but slow-head, slow-body, slow-read, idle, half-close, "
            "reset");
}

TEST(AttackOptionsTest, WhatMakesNoSenseIsRefused) {
  const auto refusal = [](absl::FunctionRef<void(AttackOptions&)> change) {
    AttackOptions options = {.kind = AttackKind::kIdle, .request = "GET / HTTP/1.1\r\n\r\n"};
    change(options);
    return std::string(Check(options).message());
  };
  EXPECT_EQ(refusal([](AttackOptions&) {}), "");
  EXPECT_EQ(refusal([](AttackOptions& options) { options.request += "body"; }),
            "an attack's request has no body");
  EXPECT_EQ(refusal([](AttackOptions& options) { options.connections = 0; }),
            "an attack has 1 to 1000000 connections");
  EXPECT_EQ(refusal([](AttackOptions& options) { options.connections = 1'000'001; }),
            "an attack has 1 to 1000000 connections");
  for (const absl::Duration wrong : {absl::ZeroDuration(), absl::InfiniteDuration()}) {
    EXPECT_EQ(refusal([&](AttackOptions& options) { options.duration = wrong; }),
              "an attack lasts more than 0 and at most 24 hours");
    EXPECT_EQ(refusal([&](AttackOptions& options) { options.interval = wrong; }),
              "an attack's interval is 1 ms to 24 hours");
  }
  EXPECT_EQ(refusal([](AttackOptions& options) { options.timeout = absl::ZeroDuration(); }),
            "the timeout must be more than 0");
}

TEST(AttackOptionsTest, OnlyThisMachineIsFreeToAttack) {
  for (const std::string_view text :
       {"127.0.0.1:80", "127.1.2.3:80", "[::1]:80", "unix:/a", "unix:@a"})
    EXPECT_TRUE(IsFreeToAttack(*net::Address::Parse(text))) << text;
  for (const std::string_view text : {"0.0.0.0:80", "192.168.0.1:80", "[::]:80", "[fe80::1]:80"})
    EXPECT_FALSE(IsFreeToAttack(*net::Address::Parse(text))) << text;
}

}  // namespace
}  // namespace forklift::http::load
