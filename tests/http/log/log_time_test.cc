#include "forklift/http/log/log_time.h"

#include <stdint.h>

#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/log/log_line.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

std::string Local(absl::Time time, absl::TimeZone zone) {
  char buffer[32];
  LogLine line(absl::MakeSpan(buffer));
  AddLocalTime(time, zone, line);
  return std::string(line.text());
}

std::string Utc(absl::Time time) {
  char buffer[32];
  LogLine line(absl::MakeSpan(buffer));
  AddUtcTime(time, line);
  return std::string(line.text());
}

absl::TimeZone Minutes(int minutes) { return absl::FixedTimeZone(minutes * 60); }

TEST(LogTimeTest, Examples) {
  const absl::Time time = absl::FromUnixMillis(971'211'336'007);
  EXPECT_EQ(Local(time, Minutes(-7 * 60)), "10/Oct/2000:13:55:36 -0700");
  EXPECT_EQ(Local(time, absl::UTCTimeZone()), "10/Oct/2000:20:55:36 +0000");
  EXPECT_EQ(Local(time, Minutes(5 * 60 + 45)), "11/Oct/2000:02:40:36 +0545");
  EXPECT_EQ(Local(time, Minutes(-30)), "10/Oct/2000:20:25:36 -0030");
  EXPECT_EQ(Utc(time), "2000-10-10T20:55:36.007Z");
}

TEST(LogTimeTest, AgreesWithTheLibraryInEveryZone) {
  for (int minutes = -12 * 60; minutes <= 14 * 60; minutes += 15) {
    const absl::TimeZone zone = Minutes(minutes);
    for (int64_t milliseconds = 0; milliseconds < 8'000'000'000'000;
         milliseconds += 123'456'789'012) {
      const absl::Time time = absl::FromUnixMillis(milliseconds);
      ASSERT_EQ(Local(time, zone), absl::FormatTime("%d/%b/%Y:%H:%M:%S %z", time, zone));
      ASSERT_EQ(Utc(time), absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()));
    }
  }
}

TEST(LogTimeTest, ASecondEndsWhereItEnds) {
  const absl::Time second = absl::FromUnixSeconds(971'211'336);
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(Local(second - absl::Nanoseconds(1), utc), "10/Oct/2000:20:55:35 +0000");
  EXPECT_EQ(Local(second, utc), "10/Oct/2000:20:55:36 +0000");
  EXPECT_EQ(Local(second + absl::Nanoseconds(999'999'999), utc), "10/Oct/2000:20:55:36 +0000");
  EXPECT_EQ(Local(second + absl::Seconds(1), utc), "10/Oct/2000:20:55:37 +0000");
  EXPECT_EQ(Local(second, utc), "10/Oct/2000:20:55:36 +0000") << "time may go back";
}

TEST(LogTimeTest, TheOffsetIsTheOneOfThatDay) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("Europe/Zurich", &zone)) GTEST_SKIP() << "no time zones are installed";
  EXPECT_EQ(Local(absl::FromUnixSeconds(1'711'846'799), zone), "31/Mar/2024:01:59:59 +0100");
  EXPECT_EQ(Local(absl::FromUnixSeconds(1'711'846'800), zone), "31/Mar/2024:03:00:00 +0200");
}

TEST(LogTimeTest, EveryTimeHasAText) {
  EXPECT_EQ(Local(absl::InfinitePast(), absl::UTCTimeZone()), "01/Jan/0000:00:00:00 +0000");
  EXPECT_EQ(Local(absl::InfiniteFuture(), Minutes(60)).substr(0, 20), "31/Dec/9999:23:59:59");
  EXPECT_EQ(Utc(absl::InfinitePast()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Utc(absl::InfiniteFuture()), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace forklift::http::log
