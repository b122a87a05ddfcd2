#include "forklift/http/usual_lines.h"

#include <stddef.h>

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/instruction_set.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr size_t kMaxLine = 200;

class UsualLinesTest : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!IsAvailable(GetParam())) GTEST_SKIP() << "this processor lacks those instructions";
  }

  bool Read(std::string_view message, FieldLines& lines) {
    message_ = memory_.AtEnd(message);
    return ReadUsualLines(GetParam())(message_, kMaxLine, absl::MakeSpan(places_), lines);
  }

  HeaderFields fields(const FieldLines& lines) const {
    return HeaderFields(message_.data(), places_.data(), lines.count, lines.names);
  }

 private:
  tests::GuardedBytes memory_{4096};
  std::string_view message_;
  std::array<FieldPlace, 4> places_ = {};
};

TEST_P(UsualLinesTest, TakesTheUsual) {
  const std::string message =
      absl::StrCat("Host: a\r\nUpgrade-Insecure-Requests: 1\r\nX-", std::string(29, 'n'), ": ",
                   std::string(100, 'v'), "\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  FieldLines lines;
  ASSERT_TRUE(Read(message, lines));
  EXPECT_EQ(lines.line, message.find("GET"));
  ASSERT_EQ(lines.count, 3u);
  EXPECT_EQ(fields(lines).Find(HeaderName::kHost), "a");
  EXPECT_EQ(fields(lines)[1].id, HeaderName::kUpgradeInsecureRequests);
  EXPECT_EQ(fields(lines)[2].id, HeaderName::kOther);
  EXPECT_EQ(fields(lines)[2].value, std::string(100, 'v'));
}

// What it may take, if it likes, the parser's tests tell; here, what it must leave.
TEST_P(UsualLinesTest, LeavesTheUnusual) {
  for (const std::string_view line :
       {":a: b\r\n",  ": b\r\n", "a\r\nb: c\r\n", "a b: c\r\n",   "a\r: b\r\n",
        "a_b: c\r\n", "a:b\r\n", "a:  b\r\n",     "a:\tb\r\n",    "a: b \r\n",
        "a: b\t\r\n", "a: b\n",  "a: b\rc\r\n",   "a: b\x01\r\n", "a: b\x80\r\n",
        "a:\r\n",     "a: \r\n", "a\r\n",         " a: b\r\n",    "\xff: a\r\n"}) {
    for (const size_t behind : {0, 10, 64, 100}) {
      const std::string message =
          absl::StrCat("Host: a\r\n", line, "\r\n", std::string(behind, ':'));
      FieldLines lines;
      EXPECT_FALSE(Read(message, lines)) << absl::CHexEscape(message);
      EXPECT_EQ(lines.line, 9u) << absl::CHexEscape(message);
      EXPECT_EQ(lines.count, 1u) << absl::CHexEscape(message);
    }
  }
}

TEST_P(UsualLinesTest, StopsWhereThereIsNoRoom) {
  FieldLines lines;
  EXPECT_FALSE(Read("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n", lines));
  EXPECT_EQ(lines.count, 4u);
  EXPECT_EQ(lines.line, 24u);
}

TEST_P(UsualLinesTest, TakesNoLineBeyondTheLimit) {
  const std::string exact = "Name: " + std::string(kMaxLine - 6, 'v') + "\r\n\r\n";
  FieldLines lines;
  Read(exact, lines);
  FieldLines longer;
  EXPECT_FALSE(Read("N" + exact, longer));
  EXPECT_EQ(longer.count, 0u);
}

INSTANTIATE_TEST_SUITE_P(Vectors, UsualLinesTest,
                         testing::Values(InstructionSet::kSse2, InstructionSet::kAvx2));

// All is left to the parser.
TEST(UsualLinesPortableTest, TakesNothing) {
  FieldLines lines;
  std::array<FieldPlace, 4> places = {};
  EXPECT_FALSE(ReadUsualLines(InstructionSet::kPortable)("Host: a\r\n\r\n", kMaxLine,
                                                         absl::MakeSpan(places), lines));
  EXPECT_EQ(lines.count, 0u);
}

}  // namespace
}  // namespace forklift::http
