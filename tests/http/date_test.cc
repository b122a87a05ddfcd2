#include "forklift/http/date.h"

#include <stdint.h>
#include <time.h>

#include <string>

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

}  // namespace
}  // namespace forklift::http
