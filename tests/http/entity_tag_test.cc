#include "forklift/http/entity_tag.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(EntityTagTest, ReadsWeakAndStrongTags) {
  struct Case {
    std::string_view text;
    std::string_view opaque;
    bool weak;
  };
  for (const Case& c : {Case{"\"xyzzy\"", "xyzzy", false}, Case{"W/\"xyzzy\"", "xyzzy", true},
                        Case{"\"\"", "", false}, Case{"W/\"\"", "", true},
                        Case{"\"a,b\"", "a,b", false}, Case{"\"W/\"", "W/", false},
                        Case{"\"\\\"", "\\", false}, Case{"\"\xc3\xa9\"", "\xc3\xa9", false}}) {
    const std::optional<EntityTag> tag = ParseEntityTag(c.text);
    ASSERT_TRUE(tag.has_value()) << c.text;
    EXPECT_EQ(tag->opaque, c.opaque);
    EXPECT_EQ(tag->weak, c.weak) << c.text;
  }
}

TEST(EntityTagTest, RefusesEverythingElse) {
  for (std::string_view text :
       {"",           "a",       "\"",       "\"a",       "a\"",      "'a'",    "w/\"a\"",
        "W\"a\"",     "W/a",     "W/",       "W/ \"a\"",  " \"a\"",   "\"a\" ", "\"a\"b",
        "\"a\"\"b\"", "\"a b\"", "\"a\tb\"", "\"a\x7f\"", "\"a\"b\"", "*",      "\"a\",\"b\""}) {
    EXPECT_FALSE(ParseEntityTag(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseEntityTag(std::string_view("\"a\0b\"", 5)).has_value());
  EXPECT_FALSE(ParseEntityTag("\"" + std::string(1 << 20, 'a')).has_value());
}

TEST(EntityTagTest, EveryCharacter) {  // RFC 9110 section 8.8.3
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = absl::StrCat("\"", std::string(1, static_cast<char>(byte)), "\"");
    const bool allowed = byte == 0x21 || (byte >= 0x23 && byte <= 0x7e) || byte >= 0x80;
    EXPECT_EQ(ParseEntityTag(text).has_value(), allowed) << byte;
  }
}

TEST(EntityTagTest, TakesOneFromTheFront) {
  std::string_view text = "W/\"a\", \"b\"";
  EXPECT_EQ(ConsumeEntityTag(text)->opaque, "a");
  EXPECT_EQ(text, ", \"b\"");
  EXPECT_FALSE(ConsumeEntityTag(text).has_value());
  EXPECT_EQ(text, ", \"b\"");
}

TEST(EntityTagTest, TheComparisonsOfTheStandard) {  // RFC 9110 section 8.8.3.2
  struct Case {
    EntityTag a;
    EntityTag b;
    bool strongly;
    bool weakly;
  };
  for (const Case& c :
       {Case{{"1", true}, {"1", true}, false, true}, Case{{"1", true}, {"2", true}, false, false},
        Case{{"1", true}, {"1", false}, false, true}, Case{{"1", false}, {"1", false}, true, true},
        Case{{"1", false}, {"2", false}, false, false},
        Case{{"a", false}, {"A", false}, false, false}}) {
    EXPECT_EQ(StronglyEqual(c.a, c.b), c.strongly);
    EXPECT_EQ(StronglyEqual(c.b, c.a), c.strongly);
    EXPECT_EQ(WeaklyEqual(c.a, c.b), c.weakly);
    EXPECT_EQ(WeaklyEqual(c.b, c.a), c.weakly);
  }
}

}  // namespace
}  // namespace forklift::http
