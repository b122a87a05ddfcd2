#include "forklift/http/conditional.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/method.h"
#include "forklift/tests/support/forward_memory.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Outcome = PreconditionOutcome;
using Lines = std::vector<std::string_view>;
using Field = std::optional<std::string_view>;

constexpr Outcome kPerform = Outcome::kPerform;
constexpr Outcome kNotModified = Outcome::kNotModified;
constexpr Outcome kFailed = Outcome::kPreconditionFailed;

// The last modification, a second before and after it in the three forms, and a day later.
constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kModifiedRfc850 = "Sunday, 06-Nov-94 08:49:37 GMT";
constexpr std::string_view kModifiedAsctime = "Sun Nov  6 08:49:37 1994";
constexpr std::string_view kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr std::string_view kFuture = "Fri, 31 Dec 9999 23:59:59 GMT";

const absl::Time kLastModified = absl::FromUnixSeconds(784111777) + absl::Milliseconds(500);
const absl::Time kNow = kLastModified + absl::Hours(24);

const Representation kStrong = {true, EntityTag{"a"}, kLastModified};
const Representation kWeak = {true, EntityTag{"a", true}, kLastModified};
const Representation kDateOnly = {true, std::nullopt, kLastModified};
const Representation kBare = {};
const Representation kNothing = {false, std::nullopt, std::nullopt};

struct Case {
  Lines if_match;
  Field if_unmodified_since;
  Lines if_none_match;
  Field if_modified_since;
  const Representation& current;
  Outcome to_get;
  Outcome to_put;
};

void ExpectOutcomes(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    Conditions conditions;
    conditions.if_match = c.if_match;
    conditions.if_unmodified_since = c.if_unmodified_since;
    conditions.if_none_match = c.if_none_match;
    conditions.if_modified_since = c.if_modified_since;
    const std::string which = absl::StrCat("case ", &c - cases.data());
    const auto evaluate = [&](Method method) {
      return EvaluatePreconditions(method, conditions, c.current, kNow);
    };
    EXPECT_EQ(evaluate(Method::kGet), c.to_get) << which;
    EXPECT_EQ(evaluate(Method::kHead), c.to_get) << which;
    for (Method method : {Method::kPut, Method::kPost, Method::kDelete, Method::kPatch}) {
      EXPECT_EQ(evaluate(method), c.to_put) << which;
    }
    for (Method method : {Method::kConnect, Method::kOptions, Method::kTrace}) {
      EXPECT_EQ(evaluate(method), kPerform) << which;  // RFC 9110 section 13.2.1
    }
  }
}

TEST(ConditionalTest, WithoutConditionsAllIsPerformed) {
  ExpectOutcomes({{{}, {}, {}, {}, kStrong, kPerform, kPerform},
                  {{}, {}, {}, {}, kNothing, kPerform, kPerform}});
}

TEST(ConditionalTest, IfNoneMatchComparesWeakly) {  // RFC 9110 section 13.1.2
  ExpectOutcomes({
      {{}, {}, {"\"a\""}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"W/\"a\""}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"\"a\""}, {}, kWeak, kNotModified, kFailed},
      {{}, {}, {"\"b\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"\"A\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"\"b\", \"a\""}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"\"b\",W/\"a\""}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {" ,, \"b\"\t,\t\"a\" , "}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"\"b\"", "\"c\", \"a\""}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"\"b,a\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"*"}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"*"}, {}, kBare, kNotModified, kFailed},
      {{}, {}, {"*"}, {}, kNothing, kPerform, kPerform},
      {{}, {}, {"\"a\""}, {}, kNothing, kPerform, kPerform},
      {{}, {}, {"\"a\""}, {}, kDateOnly, kPerform, kPerform},
      {{}, {}, {"\"*\""}, {}, kStrong, kPerform, kPerform},
  });
}

TEST(ConditionalTest, WhatIsNoEntityTagEqualsNone) {
  ExpectOutcomes({
      {{}, {}, {""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"a"}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"\"a"}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"w/\"a\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"\"a\"b"}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"\"b\" \"a\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"b, \"a\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"*, \"a\""}, {}, kStrong, kPerform, kPerform},
      {{}, {}, {"\"a\", b"}, {}, kStrong, kNotModified, kFailed},
      {{}, {}, {"b", "\"a\""}, {}, kStrong, kNotModified, kFailed},
      {{""}, {}, {}, {}, kStrong, kFailed, kFailed},
      {{"a"}, {}, {}, {}, kStrong, kFailed, kFailed},
  });
}

TEST(ConditionalTest, IfMatchComparesStrongly) {  // RFC 9110 section 13.1.1
  ExpectOutcomes({
      {{"\"a\""}, {}, {}, {}, kStrong, kPerform, kPerform},
      {{"\"b\", \"a\""}, {}, {}, {}, kStrong, kPerform, kPerform},
      {{"\"b\""}, {}, {}, {}, kStrong, kFailed, kFailed},
      {{"W/\"a\""}, {}, {}, {}, kStrong, kFailed, kFailed},
      {{"\"a\""}, {}, {}, {}, kWeak, kFailed, kFailed},
      {{"*"}, {}, {}, {}, kStrong, kPerform, kPerform},
      {{"*"}, {}, {}, {}, kBare, kPerform, kPerform},
      {{"*"}, {}, {}, {}, kNothing, kFailed, kFailed},
      {{"\"a\""}, {}, {}, {}, kNothing, kFailed, kFailed},
  });
}

TEST(ConditionalTest, IfUnmodifiedSince) {  // RFC 9110 section 13.1.4
  ExpectOutcomes({
      {{}, kBefore, {}, {}, kStrong, kFailed, kFailed},
      {{}, kModified, {}, {}, kStrong, kPerform, kPerform},
      {{}, kModifiedRfc850, {}, {}, kStrong, kPerform, kPerform},
      {{}, kAfter, {}, {}, kStrong, kPerform, kPerform},
      {{}, "yesterday", {}, {}, kStrong, kPerform, kPerform},
      {{}, kBefore, {}, {}, kBare, kPerform, kPerform},  // without a date it is ignored
      {{}, kBefore, {}, {}, kNothing, kPerform, kPerform},
  });
}

TEST(ConditionalTest, IfModifiedSinceIsForGetAndHead) {  // RFC 9110 section 13.1.3
  ExpectOutcomes({
      {{}, {}, {}, kBefore, kDateOnly, kPerform, kPerform},
      {{}, {}, {}, kModified, kDateOnly, kNotModified, kPerform},
      {{}, {}, {}, kModifiedRfc850, kDateOnly, kNotModified, kPerform},
      {{}, {}, {}, kModifiedAsctime, kDateOnly, kNotModified, kPerform},
      {{}, {}, {}, kAfter, kDateOnly, kNotModified, kPerform},
      {{}, {}, {}, kFuture, kDateOnly, kNotModified, kPerform},
      {{}, {}, {}, "", kDateOnly, kPerform, kPerform},
      {{}, {}, {}, "Mon, 06 Nov 1994 08:49:37 GMT", kDateOnly, kPerform, kPerform},
      {{}, {}, {}, "784111777", kDateOnly, kPerform, kPerform},
      {{}, {}, {}, kModified, kBare, kPerform, kPerform},
      {{}, {}, {}, kModified, kNothing, kPerform, kPerform},
  });
}

TEST(ConditionalTest, EntityTagsGoBeforeDates) {  // RFC 9110 section 13.2.2
  ExpectOutcomes({
      {{"\"a\""}, kBefore, {}, {}, kStrong, kPerform, kPerform},
      {{"\"b\""}, kAfter, {}, {}, kStrong, kFailed, kFailed},
      {{}, {}, {"\"b\""}, kAfter, kStrong, kPerform, kPerform},
      {{}, {}, {"\"a\""}, kBefore, kStrong, kNotModified, kFailed},
      {{}, {}, {"\"a\""}, kAfter, kDateOnly, kPerform, kPerform},
  });
}

TEST(ConditionalTest, WhatMustHoldGoesBeforeWhatMustNot) {  // RFC 9110 section 13.2.2
  ExpectOutcomes({
      {{"\"b\""}, {}, {"\"a\""}, {}, kStrong, kFailed, kFailed},
      {{"\"a\""}, {}, {"\"a\""}, {}, kStrong, kNotModified, kFailed},
      {{"\"a\""}, {}, {"\"b\""}, {}, kStrong, kPerform, kPerform},
      {{"\"a\""}, {}, {}, kModified, kStrong, kNotModified, kPerform},
      {{}, kBefore, {"\"a\""}, {}, kStrong, kFailed, kFailed},
      {{}, kAfter, {}, kAfter, kStrong, kNotModified, kPerform},
  });
}

TEST(ConditionalTest, IfRangeTellsExactlyTheCurrentVersion) {  // RFC 9110 section 13.1.5
  struct RangeCase {
    Field if_range;
    const Representation& current;
    bool applies;
  };
  for (const RangeCase& c : {
           RangeCase{{}, kStrong, true},
           RangeCase{{}, kBare, true},
           RangeCase{{}, kNothing, false},
           RangeCase{"\"a\"", kStrong, true},
           RangeCase{"\"b\"", kStrong, false},
           RangeCase{"W/\"a\"", kStrong, false},
           RangeCase{"W/\"a\"", kWeak, false},
           RangeCase{"\"a\"", kWeak, false},
           RangeCase{"\"a\", \"b\"", kStrong, false},
           RangeCase{"a\"", kStrong, false},
           RangeCase{"\"a\"", kDateOnly, false},
           RangeCase{"*", kStrong, false},
           RangeCase{"", kStrong, false},
           RangeCase{kModified, kDateOnly, true},
           RangeCase{kModifiedAsctime, kDateOnly, true},
           RangeCase{kBefore, kDateOnly, false},
           RangeCase{kAfter, kDateOnly, false},  // equal, not merely later
           RangeCase{kModified, kBare, false},
           RangeCase{"yesterday", kDateOnly, false},
       }) {
    Conditions conditions;
    conditions.if_range = c.if_range;
    const std::string_view text = c.if_range.value_or("none");
    EXPECT_EQ(RangeApplies(Method::kGet, conditions, c.current, kNow), c.applies) << text;
    for (Method method : {Method::kHead, Method::kPost, Method::kPut, Method::kOther}) {
      EXPECT_FALSE(RangeApplies(method, conditions, c.current, kNow)) << text;
    }
  }
}

TEST(ConditionalTest, ADateOfThisSecondIsNoStrongValidator) {  // RFC 9110 section 8.8.2.2
  Conditions conditions;
  conditions.if_range = kModified;
  const absl::Time second = absl::FromUnixSeconds(784111777);
  const Representation current = {true, std::nullopt, second};
  EXPECT_FALSE(RangeApplies(Method::kGet, conditions, current, second + absl::Milliseconds(999)));
  EXPECT_TRUE(RangeApplies(Method::kGet, conditions, current, second + absl::Seconds(1)));
}

TEST(ConditionalTest, ALineOfHostileLengthIsReadOnce) {
  constexpr size_t kLong = 1 << 20;
  const auto repeated = [](std::string_view piece) {
    std::string line;
    while (line.size() < kLong) line += piece;
    return line;
  };
  struct HostileCase {
    std::string line;
    bool read_to_the_end;
    Outcome outcome;
  };
  for (const HostileCase& c : {
           HostileCase{repeated(","), true, kPerform},
           HostileCase{repeated("\"b\","), true, kPerform},
           HostileCase{repeated("W/\"\" \t,,") + "\"a\"", true, kNotModified},
           HostileCase{"\"" + repeated("b,"), true, kPerform},
           HostileCase{repeated("\""), false, kPerform},
           HostileCase{"\"a\"," + repeated("\"b\","), false, kNotModified},
           HostileCase{"b," + repeated("\"a\","), false, kPerform},
       }) {
    const tests::ForwardMemory memory(c.line);
    const std::string_view lines[] = {memory.text()};
    Conditions conditions;
    conditions.if_none_match = lines;
    EXPECT_EQ(EvaluatePreconditions(Method::kGet, conditions, kStrong, kNow), c.outcome);
    EXPECT_EQ(memory.moves(), c.read_to_the_end ? memory.pages() : 1u) << c.line.substr(0, 9);
  }
}

}  // namespace
}  // namespace forklift::http
