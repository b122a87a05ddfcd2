#include "forklift/http/range.h"

#include <stddef.h>
#include <stdint.h>

#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Outcome = RequestedRanges::Outcome;
using Ranges = std::vector<ByteRange>;

constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();

// The ranges asked for; none unless the outcome is kPartial.
Ranges Requested(std::string_view field, uint64_t length) {
  const RequestedRanges requested = ParseRange(field, length);
  EXPECT_EQ(requested.outcome == Outcome::kPartial, !requested.ranges().empty()) << field;
  return Ranges(requested.ranges().begin(), requested.ranges().end());
}

TEST(RangeTest, OneRange) {  // RFC 9110 section 14.1.2
  EXPECT_EQ(Requested("bytes=0-0", 100), (Ranges{{0, 0}}));
  EXPECT_EQ(Requested("bytes=0-99", 100), (Ranges{{0, 99}}));
  EXPECT_EQ(Requested("bytes=5-", 100), (Ranges{{5, 99}}));
  EXPECT_EQ(Requested("bytes=99-", 100), (Ranges{{99, 99}}));
  EXPECT_EQ(Requested("bytes=-5", 100), (Ranges{{95, 99}}));
  EXPECT_EQ(Requested("bytes=-100", 100), (Ranges{{0, 99}}));
  EXPECT_EQ(Requested("bytes=-101", 100), (Ranges{{0, 99}}));
  EXPECT_EQ(Requested("bytes=0-99999", 100), (Ranges{{0, 99}}));
  EXPECT_EQ(Requested("bytes=007-0010", 100), (Ranges{{7, 10}}));
  EXPECT_EQ(Requested("BYTES=1-2", 100), (Ranges{{1, 2}}));  // section 14.1
}

TEST(RangeTest, SeveralInTheOrderAskedFor) {
  EXPECT_EQ(Requested("bytes=0-0,-1", 100), (Ranges{{0, 0}, {99, 99}}));
  EXPECT_EQ(Requested("bytes=50-59, 0-9", 100), (Ranges{{50, 59}, {0, 9}}));
  EXPECT_EQ(Requested("bytes=0-9,10-19", 100), (Ranges{{0, 9}, {10, 19}}));
  EXPECT_EQ(Requested("bytes=,0-9 ,\t, 20-29,", 100), (Ranges{{0, 9}, {20, 29}}));
  EXPECT_EQ(Requested("bytes=0-9,100-,-0", 100), (Ranges{{0, 9}}));  // what there is of them
}

TEST(RangeTest, NumbersDoNotOverflow) {
  EXPECT_EQ(Requested("bytes=0-99999999999999999999999999", 100), (Ranges{{0, 99}}));
  EXPECT_EQ(Requested("bytes=-99999999999999999999999999", 100), (Ranges{{0, 99}}));
  EXPECT_EQ(Requested("bytes=18446744073709551616-", 100), Ranges());  // not 0
  EXPECT_EQ(Requested("bytes=18446744073709551614-", kHuge), (Ranges{{kHuge - 1, kHuge - 1}}));
  EXPECT_EQ(Requested("bytes=-18446744073709551615", kHuge), (Ranges{{0, kHuge - 1}}));
  EXPECT_EQ(Requested("bytes=0-18446744073709551615", kHuge), (Ranges{{0, kHuge - 1}}));
  EXPECT_EQ(ParseRange("bytes=99999999999999999999999999-", 100).outcome, Outcome::kUnsatisfiable);
  for (std::string_view backwards :
       {"bytes=99999999999999999999-99999999999999999998", "bytes=18446744073709551616-5",
        "bytes=18446744073709551616-18446744073709551615", "bytes=100-0000000000000000000099"}) {
    EXPECT_EQ(ParseRange(backwards, 100).outcome, Outcome::kIgnored) << backwards;
  }
  EXPECT_EQ(ParseRange("bytes=99999999999999999998-99999999999999999999", 100).outcome,
            Outcome::kUnsatisfiable);
  EXPECT_EQ(ParseRange("bytes=00099999999999999999999-99999999999999999999", 100).outcome,
            Outcome::kUnsatisfiable);
  EXPECT_EQ(Requested("bytes=0-0000000000000000000000000", 100), (Ranges{{0, 0}}));
}

TEST(RangeTest, Unsatisfiable) {  // RFC 9110 section 15.5.17
  for (std::string_view field :
       {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-", "bytes=-0,500-600"}) {
    EXPECT_EQ(ParseRange(field, 100).outcome, Outcome::kUnsatisfiable) << field;
  }
  EXPECT_EQ(ParseRange("bytes=0-", 0).outcome, Outcome::kUnsatisfiable);
  EXPECT_EQ(ParseRange("bytes=0-0", 0).outcome, Outcome::kUnsatisfiable);
}

TEST(RangeTest, IgnoresWhatIsNoRangeOfBytes) {  // RFC 9110 section 14.2
  for (std::string_view field : {
           "",
           "bytes",
           "bytes=",
           "bytes=,",
           "bytes= ",
           "=0-1",
           "0-1",
           "byte=0-1",
           "bytess=0-1",
           "lines=0-1",
           "bytes:0-1",
           "bytes =0-1",
           " bytes=0-1",
           "bytes=a-b",
           "bytes=0",
           "bytes=-",
           "bytes=--1",
           "bytes=0--1",
           "bytes=2-1",
           "bytes=+0-1",
           "bytes=0-+1",
           "bytes=0x0-1",
           "bytes=0-1x",
           "bytes=0 -1",
           "bytes=0- 1",
           "bytes=0-1 2-3",
           "bytes=0-1;2-3",
           "bytes=0.0-1",
           "bytes=*",
           "bytes=0-*",
           "bytes=0-1,a",
           "bytes=a,0-1",
           "bytes=0-1,3-2",
           "bytes=0-1/100",
           "bytes=\v0-1",
           "bytes=1-2,bytes=3-4",
           "bytes=0-1, -",
       }) {
    EXPECT_EQ(ParseRange(field, 100).outcome, Outcome::kIgnored) << field;
  }
  EXPECT_EQ(ParseRange(std::string_view("bytes=0-1\0", 10), 100).outcome, Outcome::kIgnored);
  EXPECT_EQ(ParseRange("bytes=-5", 0).outcome, Outcome::kIgnored);  // nothing to tell the end of
}

TEST(RangeTest, IgnoresRangesThatOverlap) {
  for (std::string_view field :
       {"bytes=0-9,9-19", "bytes=0-,0-", "bytes=10-19,0-10", "bytes=0-9,2-3", "bytes=2-3,0-9",
        "bytes=0-1,-99", "bytes=0-0,50-50,0-0"}) {
    EXPECT_EQ(ParseRange(field, 100).outcome, Outcome::kIgnored) << field;
  }
}

TEST(RangeTest, IgnoresMoreThanItHolds) {
  std::string field = "bytes=";
  for (size_t i = 0; i < RequestedRanges::kMost; ++i)
    absl::StrAppend(&field, i * 2, "-", i * 2, ",");
  EXPECT_EQ(Requested(field, 100).size(), RequestedRanges::kMost);
  EXPECT_EQ(ParseRange(field + "98-98", 100).outcome, Outcome::kIgnored);
  EXPECT_EQ(ParseRange(field + "100-", 100).outcome, Outcome::kIgnored);
}

TEST(RangeTest, EndsOnInputsOfHostileLength) {
  constexpr size_t kLong = 1 << 20;
  EXPECT_EQ(ParseRange("bytes=" + std::string(kLong, ','), 100).outcome, Outcome::kIgnored);
  EXPECT_EQ(ParseRange("bytes=" + std::string(kLong, '9') + "-", 100).outcome,
            Outcome::kUnsatisfiable);
  std::string many = "bytes=0-";
  while (many.size() < kLong) many += ",0-";
  EXPECT_EQ(ParseRange(many, 100).outcome, Outcome::kIgnored);
}

TEST(RangeTest, WhatIsGivenLiesWithinTheResourceOnce) {
  std::mt19937 random(1);
  constexpr std::string_view kPieces[] = {"-", "-", ",", ", ", "0", "1", "5", "9", "10", "12"};
  int partial = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string field = "bytes=";
    for (int pieces = static_cast<int>(random() % 10); pieces > 0; --pieces) {
      field += kPieces[random() % std::size(kPieces)];
    }
    const uint64_t length = random() % 16;
    std::vector<bool> sent(length);
    for (const ByteRange& range : Requested(field, length)) {
      ++partial;
      ASSERT_LE(range.first, range.last) << field;
      ASSERT_LT(range.last, length) << field;
      for (uint64_t at = range.first; at <= range.last; ++at) {
        ASSERT_FALSE(sent[at]) << field;
        sent[at] = true;
      }
    }
  }
  EXPECT_GT(partial, 5'000);
}

TEST(RangeTest, ContentRangeTellsWhatIsSent) {  // RFC 9110 section 14.4
  EXPECT_EQ(ContentRange({0, 0}, 1).value(), "bytes 0-0/1");
  EXPECT_EQ(ContentRange({42, 1233}, 1234).value(), "bytes 42-1233/1234");
  EXPECT_EQ(ContentRange({kHuge - 1, kHuge - 1}, kHuge).value(),
            "bytes 18446744073709551614-18446744073709551614/18446744073709551615");
  EXPECT_EQ(ContentRange::Unsatisfied(1234).value(), "bytes */1234");
  EXPECT_EQ(ContentRange::Unsatisfied(0).value(), "bytes */0");
}

}  // namespace
}  // namespace forklift::http
