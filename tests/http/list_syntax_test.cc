#include "forklift/http/list_syntax.h"

#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(ListSyntaxTest, EmptyElementsCountForNothing) {
  std::string_view text = " ,\t,, a, b";
  SkipListSeparators(text);
  EXPECT_EQ(text, "a, b");
  text = ", ,";
  SkipListSeparators(text);
  EXPECT_EQ(text, "");
}

TEST(ListSyntaxTest, AnElementEndsAtACommaOrTheEnd) {
  EXPECT_TRUE(AtElementEnd(""));
  EXPECT_TRUE(AtElementEnd(",a"));
  EXPECT_FALSE(AtElementEnd("a"));
  EXPECT_FALSE(AtElementEnd(" ,"));
}

}  // namespace
}  // namespace forklift::http
