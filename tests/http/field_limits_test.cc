// The limits of a field section, each at its edge: status 431 (RFC 6585 section 5) for one more.
#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

void ExpectTooLarge(const Verdict& verdict, size_t offset, std::string_view reason) {
  EXPECT_EQ(verdict.status, 431) << verdict;
  EXPECT_EQ(verdict.offset, offset) << verdict;
  EXPECT_EQ(verdict.reason, reason);
}

TEST(FieldLimitsTest, ALineOfExactlyTheLimitPasses) {
  for (const std::string_view line_end : {"\r\n", "\n"}) {
    for (const std::string_view before : {"", "Host: a\r\n"}) {
      for (const size_t limit : {10, 63, 64, 65, 128, 200, 1000}) {
        const std::string line = "Name: " + std::string(limit - 6, 'v');
        const std::string input = absl::StrCat(before, line, line_end, line_end);
        const Limits exact = {.field_line = limit};
        EXPECT_EQ(EveryWay<FieldSection>(exact).Parse(input).state, ParseState::kComplete);
        const Limits less = {.field_line = limit - 1};
        ExpectTooLarge(EveryWay<FieldSection>(less).Parse(input), before.size() + limit - 1,
                       "a field line is too long");
      }
    }
  }
}

TEST(FieldLimitsTest, TheLimitCountsTheWholeLine) {
  EveryWay<FieldSection> parser({.field_line = 8});
  EXPECT_EQ(parser.Parse("X:      \r\n\r\n").state, ParseState::kComplete);
  ExpectTooLarge(parser.Parse("X:       \r\n\r\n"), 8, "a field line is too long");
  EXPECT_EQ(parser.Parse("Name567:\r\n\r\n").state, ParseState::kComplete);
  ExpectTooLarge(parser.Parse("Name5678:\r\n\r\n"), 8, "a field line is too long");
  EXPECT_EQ(parser.Parse("Name5678").state, ParseState::kIncomplete);
  ExpectTooLarge(parser.Parse("Name56789"), 8, "a field line is too long");
  // What is wrong within the limit comes first; what is wrong beyond it is not reached.
  EXPECT_EQ(parser.Parse("X: a\x01zzzzzzzz\r\n\r\n").status, 400);
  EXPECT_EQ(parser.Parse("X: 01234\x01\r\n\r\n").status, 400);
  ExpectTooLarge(parser.Parse("X: 012345\x01\r\n\r\n"), 8, "a field line is too long");
}

TEST(FieldLimitsTest, ExactlySoManyFieldsPass) {
  for (const size_t limit : {0, 1, 2, 31, 32, 33, 64, 65, 100}) {
    EveryWay<FieldSection> parser({.fields = limit});
    std::string lines;
    for (size_t i = 0; i < limit; ++i) absl::StrAppend(&lines, "A", i, ": b\r\n");
    const Verdict exact = parser.Parse(lines + "\r\n");
    EXPECT_EQ(exact.state, ParseState::kComplete) << exact;
    EXPECT_EQ(exact.fields.size(), limit);
    ExpectTooLarge(parser.Parse(lines + "A: b\r\n\r\n"), lines.size(), "too many fields");
  }
}

TEST(FieldLimitsTest, ASectionOfExactlyTheLimitPasses) {
  for (const std::string_view line_end : {"\r\n", "\n"}) {
    for (const size_t value : {0, 50, 51, 52, 100}) {
      const std::string input =
          absl::StrCat("Name: ", std::string(value, 'v'), line_end, "Host: a", line_end, line_end);
      const size_t limit = input.size();
      for (const std::string_view behind : {"", "\r\n", "GET / HTTP/1.1\r\n\r\n"}) {
        EXPECT_EQ(EveryWay<FieldSection>({.head = limit}).Parse(input + std::string(behind)).state,
                  ParseState::kComplete);
        ExpectTooLarge(
            EveryWay<FieldSection>({.head = limit - 1}).Parse(input + std::string(behind)),
            limit - 1, "the fields are too long");
      }
    }
  }
}

TEST(FieldLimitsTest, NothingIsWaitedForBeyondTheLimit) {
  EveryWay<FieldSection> parser({.head = 20});
  EXPECT_EQ(parser.Parse("Name: 01234567890123").state, ParseState::kIncomplete);
  ExpectTooLarge(parser.Parse("Name: 012345678901234"), 20, "the fields are too long");
  ExpectTooLarge(parser.Parse("Name: 01234\r\nHost: 0123456789"), 20, "the fields are too long");
}

}  // namespace
}  // namespace forklift::http
