#include "forklift/http/query.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/http/percent_encoding.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string Decoded(std::string_view encoded) {
  std::string out;
  AppendFormDecoded(encoded, out);
  return out;
}

Parameters Parse(std::string_view query) {
  Parameters parameters;
  QueryParser parser(query);
  while (std::optional<QueryParameter> parameter = parser.Next()) {
    parameters.emplace_back(Decoded(parameter->name), Decoded(parameter->value));
  }
  EXPECT_FALSE(parser.Next().has_value());
  return parameters;
}

TEST(QueryTest, NamesAndValuesAsBrowsersWriteThem) {
  EXPECT_EQ(Parse("a=b"), (Parameters{{"a", "b"}}));
  EXPECT_EQ(Parse("a=b&c=d"), (Parameters{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(Parse("a=1&a=2"), (Parameters{{"a", "1"}, {"a", "2"}}));
  EXPECT_EQ(Parse("a"), (Parameters{{"a", ""}}));
  EXPECT_EQ(Parse("a="), (Parameters{{"a", ""}}));
  EXPECT_EQ(Parse("=b"), (Parameters{{"", "b"}}));
  EXPECT_EQ(Parse("="), (Parameters{{"", ""}}));
  EXPECT_EQ(Parse("a=b=c"), (Parameters{{"a", "b=c"}}));
  EXPECT_EQ(Parse("a=b;c=d"), (Parameters{{"a", "b;c=d"}}));
  EXPECT_EQ(Parse("q=fork+%26+wait%2B"), (Parameters{{"q", "fork & wait+"}}));
  EXPECT_EQ(Parse("%61%3d=%3D%26"), (Parameters{{"a=", "=&"}}));
  EXPECT_EQ(Parse("a=?b/c"), (Parameters{{"a", "?b/c"}}));
}

TEST(QueryTest, NothingBetweenSeparatorsIsNoParameter) {
  EXPECT_EQ(Parse(""), Parameters());
  EXPECT_EQ(Parse("&"), Parameters());
  EXPECT_EQ(Parse("&&a=b&&"), (Parameters{{"a", "b"}}));
}

TEST(QueryTest, APercentSignThatEncodesNothingStays) {
  EXPECT_EQ(Decoded("100%"), "100%");
  EXPECT_EQ(Decoded("%4"), "%4");
  EXPECT_EQ(Decoded("%zz%41%"), "%zzA%");
  EXPECT_EQ(Decoded("%%41"), "%A");
  EXPECT_EQ(Decoded("%2541"), "%41");  // once
  EXPECT_EQ(Decoded("%2b%20"), "+ ");
  EXPECT_EQ(Decoded("a%00b"), std::string("a\0b", 3));
}

TEST(QueryTest, FindsTheFirstOfAName) {
  std::string value = "before";
  EXPECT_TRUE(FindQueryParameter("x=1&p%61ge=2+3&page=4", "page", value));
  EXPECT_EQ(value, "2 3");
  EXPECT_FALSE(FindQueryParameter("x=1", "page", value));
  EXPECT_EQ(value, "");
  EXPECT_TRUE(FindQueryParameter("x", "x", value));
  EXPECT_FALSE(FindQueryParameter("", "", value));
}

TEST(QueryTest, WhatIsEncodedComesOutAgain) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  std::string encoded;
  AppendPercentEncoded(all, UriPart::kComponent, encoded);
  EXPECT_EQ(Parse(absl::StrCat(encoded, "=", encoded, "&x=y")),
            (Parameters{{all, all}, {"x", "y"}}));
}

TEST(QueryTest, EndsOnInputsOfHostileLength) {
  constexpr size_t kLong = 1 << 20;
  EXPECT_EQ(Parse(std::string(kLong, '&')), Parameters());
  EXPECT_EQ(Parse(std::string(kLong, '=')).size(), 1u);
  std::string value;
  EXPECT_FALSE(FindQueryParameter(std::string(kLong, '%'), "a", value));
}

}  // namespace
}  // namespace forklift::http
