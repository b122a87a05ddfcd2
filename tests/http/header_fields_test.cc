#include "forklift/http/header_fields.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forklift/http/field_section_parser.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr std::string_view kMessage =
    "Host: a\r\naccept: x\r\nX-Mine: 1\r\nACCEPT: y\r\nx-mine: 2\r\nVia:\r\n\r\n";

class HeaderFieldsTest : public testing::Test {
 protected:
  void SetUp() override {
    parser_.Begin(0, kMessage.size());
    ASSERT_EQ(parser_.Parse(kMessage), ParseState::kComplete);
    fields_ = parser_.fields(kMessage.data());
  }

  FieldSectionParser parser_{Limits{}};
  HeaderFields fields_;
};

TEST_F(HeaderFieldsTest, KeepsOrderAndDuplicatesAndSpelling) {
  std::vector<std::string> names;
  for (const Field field : fields_) names.emplace_back(field.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"Host", "accept", "X-Mine", "ACCEPT", "x-mine", "Via"}));
  EXPECT_EQ(fields_.size(), 6u);
  EXPECT_EQ(fields_[3].value, "y");
  EXPECT_EQ(fields_[3].id, HeaderName::kAccept);
}

TEST_F(HeaderFieldsTest, FindsTheFirstOfAName) {
  EXPECT_EQ(fields_.Find(HeaderName::kAccept), "x");
  EXPECT_EQ(fields_.Find("Accept"), "x");
  EXPECT_EQ(fields_.Find("X-MINE"), "1");
  EXPECT_EQ(fields_.Find(HeaderName::kVia), "") << "there, and empty";
  EXPECT_EQ(fields_.Find(HeaderName::kCookie), std::nullopt);
  EXPECT_EQ(fields_.Find("X-Mine2"), std::nullopt);
  EXPECT_EQ(fields_.Find(""), std::nullopt);
}

TEST_F(HeaderFieldsTest, FindsTheOnlyOneOfAName) {
  EXPECT_EQ(fields_.FindSingle(HeaderName::kHost), "a");
  EXPECT_EQ(fields_.FindSingle(HeaderName::kVia), "");
  EXPECT_EQ(fields_.FindSingle(HeaderName::kAccept), std::nullopt) << "there are two";
  EXPECT_EQ(fields_.FindSingle(HeaderName::kCookie), std::nullopt);
}

TEST_F(HeaderFieldsTest, CountsAName) {
  EXPECT_TRUE(fields_.Has(HeaderName::kAccept));
  EXPECT_FALSE(fields_.Has(HeaderName::kAcceptCharset));
  EXPECT_EQ(fields_.Count(HeaderName::kAccept), 2u);
  EXPECT_EQ(fields_.Count(HeaderName::kHost), 1u);
  EXPECT_EQ(fields_.Count(HeaderName::kCookie), 0u);
}

TEST_F(HeaderFieldsTest, TellsWhereATextIs) {
  EXPECT_EQ(fields_.Offset(fields_[0].value), 6u);
  EXPECT_EQ(fields_.Offset(fields_[1].name), 9u);
}

TEST(NoHeaderFieldsTest, AreEmpty) {
  const HeaderFields none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_FALSE(none.Has(HeaderName::kHost));
  EXPECT_EQ(none.Find(HeaderName::kHost), std::nullopt);
  EXPECT_EQ(none.Find("Host"), std::nullopt);
}

}  // namespace
}  // namespace forklift::http
