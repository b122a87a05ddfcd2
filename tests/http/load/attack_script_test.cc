#include "forklift/http/load/attack_script.h"

#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/load/attack_options.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

constexpr std::string_view kRequest = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n";

// The first `count` bytes that drip, or as many as there are.
std::string Dripped(const AttackScript& script, uint64_t count) {
  std::string text;
  for (uint64_t i = 0; i < count; ++i) {
    const std::optional<char> byte = script.Drip(i);
    if (!byte) break;
    text += *byte;
  }
  return text;
}

TEST(AttackScriptTest, ASlowHeadGoesOnWithFieldsForEver) {
  const AttackScript script = MakeAttackScript(AttackKind::kSlowHead, kRequest);
  EXPECT_EQ(script.at_once, "");
  EXPECT_EQ(script.then, AttackScript::Then::kStay);
  const std::string all = Dripped(script, 10'000);
  EXPECT_EQ(all.size(), 10'000u);
  EXPECT_TRUE(absl::StartsWith(
      all, "GET /a HTTP/1.1\r\nHost: b\r\nX-a: b\r\nX-a: b\r\nX-a: b\r\nX-a: b\r\n"));
  EXPECT_FALSE(absl::StrContains(all, "\r\n\r\n"));
  EXPECT_TRUE(script.Drip(UINT64_MAX - 1));
}

TEST(AttackScriptTest, ASlowBodyLacksItsLastByte) {
  const AttackScript script = MakeAttackScript(AttackKind::kSlowBody, kRequest);
  EXPECT_EQ(script.at_once, "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(Dripped(script, 2'000'000), std::string(999'999, 'a'));
  EXPECT_TRUE(
      absl::StartsWith(MakeAttackScript(AttackKind::kSlowBody, "PUT /GET HTTP/1.1\r\n\r\n").at_once,
                       "PUT /GET HTTP/1.1\r\nContent-Length: "));
}

TEST(AttackScriptTest, ASlowReaderAsksForManyAnswersAtOnce) {
  const AttackScript script = MakeAttackScript(AttackKind::kSlowRead, kRequest);
  ASSERT_GT(script.asks.size(), 10'000u);
  ASSERT_EQ(script.asks.size() % kRequest.size(), 0u);
  for (size_t i = 0; i < script.asks.size(); i += kRequest.size())
    ASSERT_EQ(script.asks.substr(i, kRequest.size()), kRequest);
  EXPECT_TRUE(script.receive_buffer);
  EXPECT_EQ(Dripped(script, 1), "");
}

TEST(AttackScriptTest, AnIdleOneSaysNothing) {
  const AttackScript script = MakeAttackScript(AttackKind::kIdle, kRequest);
  EXPECT_EQ(absl::StrCat(script.at_once, script.asks, Dripped(script, 1)), "");
  EXPECT_EQ(script.then, AttackScript::Then::kStay);
}

TEST(AttackScriptTest, TheRudeOnes) {
  const AttackScript half = MakeAttackScript(AttackKind::kHalfClose, kRequest);
  EXPECT_EQ(half.at_once, kRequest.substr(0, kRequest.size() / 2));
  EXPECT_EQ(half.then, AttackScript::Then::kFinishSending);
  EXPECT_EQ(Dripped(half, 1), "");
  const AttackScript reset = MakeAttackScript(AttackKind::kReset, kRequest);
  EXPECT_EQ(reset.at_once, kRequest);
  EXPECT_EQ(reset.then, AttackScript::Then::kReset);
}

}  // namespace
}  // namespace forklift::http::load
