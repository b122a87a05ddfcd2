#include "forklift/http/request_conditions.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "forklift/http/conditional.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/headers.h"
#include "forklift/http/method.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

Headers Fields(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) EXPECT_TRUE(headers.Add(name, value));
  return headers;
}

TEST(RequestConditionsTest, AreNoneWithoutTheFields) {
  const Headers headers = Fields({{"Host", "a"}, {"Range", "bytes=0-0"}});
  const RequestConditions found(headers.fields());
  EXPECT_TRUE(found.conditions().if_match.empty());
  EXPECT_TRUE(found.conditions().if_none_match.empty());
  EXPECT_FALSE(found.conditions().if_modified_since);
  EXPECT_FALSE(found.conditions().if_unmodified_since);
  EXPECT_FALSE(found.conditions().if_range);
}

TEST(RequestConditionsTest, AreOfAllTheFields) {
  const Headers headers = Fields({{"if-none-match", "\"a\""},
                                  {"If-Match", "\"b\""},
                                  {"If-Modified-Since", kDate},
                                  {"If-None-Match", "W/\"c\", \"d\""},
                                  {"If-Unmodified-Since", "x"},
                                  {"If-Range", "\"e\""}});
  const RequestConditions found(headers.fields());
  EXPECT_EQ(found.conditions().if_match, Lines({"\"b\""}));
  EXPECT_EQ(found.conditions().if_none_match, Lines({"\"a\"", "W/\"c\", \"d\""}));
  EXPECT_EQ(found.conditions().if_modified_since, kDate);
  EXPECT_EQ(found.conditions().if_unmodified_since, "x");
  EXPECT_EQ(found.conditions().if_range, "\"e\"");
}

TEST(RequestConditionsTest, AListMayComeInManyLines) {
  const Headers headers = Fields({{"If-Match", "\"1\""},
                                  {"If-Match", "\"2\""},
                                  {"If-Match", "\"3\""},
                                  {"If-Match", "\"4\""},
                                  {"If-Match", "\"5\""},
                                  {"If-Match", "\"6\""}});
  const RequestConditions found(headers.fields());
  EXPECT_EQ(found.conditions().if_match,
            Lines({"\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\"", "\"6\""}));
}

TEST(RequestConditionsTest, ADateThatCameTwiceIsNone) {
  const Headers headers = Fields({{"If-Modified-Since", kDate},
                                  {"If-Modified-Since", kDate},
                                  {"If-Unmodified-Since", kDate},
                                  {"If-Unmodified-Since", kDate}});
  const RequestConditions found(headers.fields());
  EXPECT_FALSE(found.conditions().if_modified_since);
  EXPECT_FALSE(found.conditions().if_unmodified_since);
}

// It must not be as if it had not come: then the range would be sent of whatever version.
TEST(RequestConditionsTest, AnIfRangeThatCameTwiceTellsNoVersion) {
  const absl::Time modified = absl::FromUnixSeconds(784111777);
  const Representation current = {true, EntityTag{"a"}, modified};
  const absl::Time now = modified + absl::Hours(1);
  const Headers once = Fields({{"If-Range", "\"a\""}});
  const Headers twice = Fields({{"If-Range", "\"a\""}, {"If-Range", "\"a\""}});
  const RequestConditions found_once(once.fields());
  const RequestConditions found_twice(twice.fields());
  EXPECT_TRUE(RangeApplies(Method::kGet, found_once.conditions(), current, now));
  EXPECT_FALSE(RangeApplies(Method::kGet, found_twice.conditions(), current, now));
}

}  // namespace
}  // namespace forklift::http
