#include "forklift/tests/support/json.h"

#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

TEST(JsonTest, ReadsValuesOfEveryKind) {
  const std::optional<Json> json =
      ParseJson(R"( {"a": [1, -2.5e1, []], "b": {"c": "\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"},)"
                R"( "t": true, "f":false,"n" : null} )");
  ASSERT_TRUE(json.has_value());
  const Json* const a = json->Find("a");
  ASSERT_NE(a, nullptr);
  ASSERT_EQ(a->items.size(), 3u);
  EXPECT_EQ(a->items[0].number, 1);
  EXPECT_EQ(a->items[1].number, -25);
  EXPECT_EQ(a->items[2].kind, Json::Kind::kArray);
  EXPECT_EQ(json->Find("b")->Find("c")->text, "\"\\/\b\f\n\r\tA\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_TRUE(json->Find("t")->boolean);
  EXPECT_FALSE(json->Find("f")->boolean);
  EXPECT_EQ(json->Find("n")->kind, Json::Kind::kNull);
  EXPECT_EQ(json->Find("none"), nullptr);
}

TEST(JsonTest, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"",         " ",         "{",           "[1,]",        "[1 2]",  "{\"a\"}",
        "{\"a\":}", "{a:1}",     "{\"a\":1,}",  "nul",         "tru",    "01",
        "1.",       "-",         "+1",          ".5",          "1e",     "\"",
        "\"\\x\"",  "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\n\"", "1 2",
        "[]]"}) {
    EXPECT_FALSE(ParseJson(text).has_value()) << text;
  }
}

TEST(JsonTest, NestsNoDeeperThanItsLimit) {
  EXPECT_TRUE(ParseJson(std::string(16, '[') + std::string(16, ']')).has_value());
  EXPECT_FALSE(ParseJson(std::string(17, '[') + std::string(17, ']')).has_value());
  EXPECT_FALSE(ParseJson(std::string(1'000'000, '[')).has_value());
}

}  // namespace
}  // namespace forklift::tests
