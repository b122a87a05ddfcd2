#include "forklift/http/date.h"

#include <stdint.h>
#include <time.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

std::string Text(absl::Time time) {
  const HttpDateText text = HttpDate(time);
  return std::string(text.data(), text.size());
}

TEST(DateTest, TheExampleOfTheStandard) {  // RFC 9110 section 5.6.7
  EXPECT_EQ(Text(absl::FromUnixSeconds(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(DateTest, Edges) {
  EXPECT_EQ(Text(absl::UnixEpoch()), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(Text(absl::FromUnixSeconds(951782399)), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(Text(absl::FromUnixSeconds(951782400)), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(Text(absl::FromUnixSeconds(int64_t{1} << 31)), "Tue, 19 Jan 2038 03:14:08 GMT");
  EXPECT_EQ(Text(absl::FromUnixSeconds(-1)), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(Text(absl::UnixEpoch() - absl::Nanoseconds(1)), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(Text(absl::InfiniteFuture()), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(Text(absl::InfinitePast()), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(DateTest, AgreesWithTheSystemOverManyYears) {
  for (time_t seconds = -2'000'000'000; seconds < 8'000'000'000; seconds += 12'345'677) {
    tm fields;
    char expected[64];
    ASSERT_NE(::gmtime_r(&seconds, &fields), nullptr);
    ASSERT_NE(::strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S GMT", &fields), 0u);
    ASSERT_EQ(Text(absl::FromTimeT(seconds)), expected);
  }
}

// What the year of two digits is told by, where a test does not say.
const absl::Time kNow = absl::FromCivil(absl::CivilDay(2024, 6, 15), absl::UTCTimeZone());

TEST(DateTest, ReadsTheThreeForms) {  // RFC 9110 section 5.6.7
  const absl::Time example = absl::FromUnixSeconds(784111777);
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", kNow), example);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", kNow), example);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994", kNow), example);
  EXPECT_EQ(ParseHttpDate("Sun Nov 06 08:49:37 1994", kNow), example);
  EXPECT_EQ(ParseHttpDate("Wed Nov 16 08:49:37 1994", kNow), example + absl::Hours(240));
}

TEST(DateTest, AYearOfTwoDigitsIsAtMostFiftyYearsAhead) {
  struct Case {
    std::string_view text;
    absl::CivilDay now;
    int year;  // 0: refused
  };
  for (const Case& c : {
           Case{"Saturday, 15-Jun-74 00:00:00 GMT", absl::CivilDay(2024, 6, 15),
                0},  // 2074's is a Friday
           Case{"Friday, 15-Jun-74 00:00:00 GMT", absl::CivilDay(2024, 6, 15),
                2074},  // 50 years to the second
           Case{"Saturday, 15-Jun-74 00:00:01 GMT", absl::CivilDay(2024, 6, 15),
                1974},  // and one more
           Case{"Saturday, 15-Jun-24 00:00:00 GMT", absl::CivilDay(2024, 6, 15), 2024},
           Case{"Tuesday, 29-Feb-00 00:00:00 GMT", absl::CivilDay(2024, 6, 15), 2000},
           Case{"Friday, 01-Jan-00 00:00:00 GMT", absl::CivilDay(2099, 12, 31), 2100},
           Case{"Thursday, 31-Dec-99 00:00:00 GMT", absl::CivilDay(2100, 1, 1), 2099},
           Case{"Monday, 29-Feb-00 00:00:00 GMT", absl::CivilDay(2099, 12, 31),
                0},  // 2100 is no leap year
       }) {
    const std::optional<absl::Time> time =
        ParseHttpDate(c.text, absl::FromCivil(c.now, absl::UTCTimeZone()));
    EXPECT_EQ(time ? absl::ToCivilSecond(*time, absl::UTCTimeZone()).year() : 0, c.year) << c.text;
  }
}

TEST(DateTest, AnyPresentWillDo) {
  for (absl::Time now : {absl::InfinitePast(), absl::InfiniteFuture(), absl::UnixEpoch()}) {
    EXPECT_EQ(ParseHttpDate("Thu, 01 Jan 1970 00:00:00 GMT", now), absl::UnixEpoch());
    ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", now);  // whatever it says, it ends
  }
}

TEST(DateTest, ALeapSecondIsTheSecondAfterIt) {  // RFC 5322 section 3.3
  EXPECT_EQ(ParseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", kNow),
            ParseHttpDate("Sun, 01 Jan 2017 00:00:00 GMT", kNow));
  EXPECT_TRUE(ParseHttpDate("Sun, 01 Jan 2017 00:00:00 GMT", kNow).has_value());
}

TEST(DateTest, RefusesEverythingElse) {
  for (std::string_view text : {
           "",
           "0",
           "Sun",
           "Sun,",
           "Sun ",
           "Sun, 06 Nov 1994 08:49:37 GM",
           "Sun, 06 Nov 1994 08:49:37 GMT ",
           " Sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37",
           "Sun, 06 Nov 1994 08:49:37 UTC",
           "Sun, 06 Nov 1994 08:49:37 +0000",
           "Sun, 06 Nov 1994 08:49:37 gmt",
           "sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 nov 1994 08:49:37 GMT",
           "SUN, 06 NOV 1994 08:49:37 GMT",
           "Mon, 06 Nov 1994 08:49:37 GMT",  // it was a Sunday
           "Son, 06 Nov 1994 08:49:37 GMT",
           "Sunday, 06 Nov 1994 08:49:37 GMT",
           "Sun, 6 Nov 1994 08:49:37 GMT",
           "Sun,  6 Nov 1994 08:49:37 GMT",
           "Sun,06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 94 08:49:37 GMT",
           "Sun, 06 Nov 1994 8:49:37 GMT",
           "Sun, 06 Nov 1994 08:49 GMT",
           "Sun, 06 Nov 1994 08-49-37 GMT",
           "Sun, 06 Nov 1994 24:00:00 GMT",
           "Sun, 06 Nov 1994 08:60:00 GMT",
           "Sun, 06 Nov 1994 08:59:60 GMT",  // no leap second there
           "Sun, 06 Nov 1994 23:59:61 GMT",
           "Sun, 06 Nov 1994 -8:49:37 GMT",
           "Sun, 06 Nov +994 08:49:37 GMT",
           "Sun, 00 Nov 1994 08:49:37 GMT",
           "Thu, 31 Nov 1994 08:49:37 GMT",
           "Thu, 31 Feb 1994 08:49:37 GMT",
           "Wed, 29 Feb 1995 08:49:37 GMT",
           "Sun, 06 Nov 19940 08:49:37 GMT",
           "Sunday, 06-Nov-1994 08:49:37 GMT",
           "Sun, 06-Nov-94 08:49:37 GMT",
           "Monday, 06-Nov-94 08:49:37 GMT",
           "sunday, 06-Nov-94 08:49:37 GMT",
           "Sunday, 06 Nov 94 08:49:37 GMT",
           "Sunday, 06-Nov-94 08:49:37",
           "Sun Nov 6 08:49:37 1994",
           "Sun Nov  6 08:49:37 1994 GMT",
           "Sun Nov  6 08:49:37 94",
           "Sun Nov  0 08:49:37 1994",
           "Mon Nov  6 08:49:37 1994",
           "Sun nov  6 08:49:37 1994",
           "1994-11-06T08:49:37Z",
           "784111777",
       }) {
    EXPECT_EQ(ParseHttpDate(text, kNow), std::nullopt) << text;
  }
  EXPECT_EQ(ParseHttpDate(std::string_view("Sun, 06 Nov 1994 08:49:37 GMT\0", 30), kNow),
            std::nullopt);
  EXPECT_EQ(ParseHttpDate(std::string(1 << 20, 'S'), kNow), std::nullopt);
}

TEST(DateTest, WhatIsWrittenIsReadAgain) {
  for (int64_t seconds = -62167219200; seconds < 253402300800; seconds += 7'654'321) {
    const absl::Time time = absl::FromUnixSeconds(seconds);
    ASSERT_EQ(ParseHttpDate(Text(time), kNow), time) << Text(time);
  }
  EXPECT_EQ(ParseHttpDate(Text(absl::InfinitePast()), kNow), absl::FromUnixSeconds(-62167219200));
  EXPECT_EQ(ParseHttpDate(Text(absl::InfiniteFuture()), kNow), absl::FromUnixSeconds(253402300799));
}

TEST(DateTest, TheOldFormsAreReadLikeTheNew) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  for (int64_t seconds = 0; seconds < 1'700'000'000; seconds += 1'234'567) {
    const absl::Time time = absl::FromUnixSeconds(seconds);
    const std::string asctime = absl::FormatTime("%a %b %e %H:%M:%S %Y", time, utc);
    ASSERT_EQ(ParseHttpDate(asctime, kNow), time) << asctime;
    const std::string rfc850 = absl::FormatTime("%A, %d-%b-%y %H:%M:%S GMT", time, utc);
    ASSERT_EQ(ParseHttpDate(rfc850, time + absl::Hours(24)), time) << rfc850;
  }
}

}  // namespace
}  // namespace forklift::http
