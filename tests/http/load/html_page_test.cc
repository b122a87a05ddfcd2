#include "forklift/http/load/html_page.h"

#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HtmlPageTest, EscapesWhatIsMarkup) {
  EXPECT_EQ(HtmlEscape("<a href=\"x\">&'</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(HtmlEscape("plain"), "plain");
}

TEST(HtmlPageTest, IsOneFileWithItsTitleAndBody) {
  const std::string page = HtmlPage("a < b", "<p>text</p>");
  EXPECT_THAT(page, HasSubstr("<title>a &lt; b"));
  EXPECT_THAT(page, HasSubstr("<p>text</p>"));
  for (const std::string_view other_file : {"src=", "url(", "@import", "<link", "<script"})
    EXPECT_THAT(page, Not(HasSubstr(std::string(other_file))));
}

}  // namespace
}  // namespace forklift::http::load
