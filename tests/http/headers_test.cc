#include "forklift/http/headers.h"

#include <stddef.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

std::string Lines(const Headers& headers) {
  std::string lines;
  for (const Field field : headers.fields()) {
    EXPECT_EQ(field.id, FindHeaderName(field.name)) << field.name;
    EXPECT_TRUE(headers.fields().Has(field.id)) << field.name;
    absl::StrAppend(&lines, field.name, ": ", field.value, "\n");
  }
  return lines;
}

// A, B, a, C and A again.
Headers Sample() {
  Headers headers;
  EXPECT_TRUE(headers.Add("Accept", "1"));
  EXPECT_TRUE(headers.Add("X-B", "22"));
  EXPECT_TRUE(headers.Add("aCCEPT", "333"));
  EXPECT_TRUE(headers.Add("Via", ""));
  EXPECT_TRUE(headers.Add("Accept", "4"));
  return headers;
}

TEST(HeadersTest, KeepsOrderAndDuplicatesAndSpelling) {
  EXPECT_EQ(Lines(Headers()), "");
  const Headers headers = Sample();
  EXPECT_EQ(Lines(headers), "Accept: 1\nX-B: 22\naCCEPT: 333\nVia: \nAccept: 4\n");
  EXPECT_EQ(headers.fields().Find(HeaderName::kAccept), "1");
  EXPECT_EQ(headers.fields().Find("x-b"), "22");
  EXPECT_EQ(headers.fields().Count(HeaderName::kAccept), 3u);
}

TEST(HeadersTest, ANumberStandsForItsName) {
  Headers headers;
  EXPECT_TRUE(headers.Add(HeaderName::kETag, " a "));
  EXPECT_TRUE(headers.Add(HeaderName::kETag, "b"));
  EXPECT_FALSE(headers.Add(HeaderName::kETag, "a\r\nb: c"));
  EXPECT_TRUE(headers.Add(HeaderName::kWwwAuthenticate, "c"));
  EXPECT_EQ(Lines(headers), "ETag: a\nETag: b\nWWW-Authenticate: c\n");
}

TEST(HeadersTest, RemovesAllOfAName) {
  Headers headers = Sample();
  EXPECT_EQ(headers.Remove("ACCEPT"), 3u);
  EXPECT_EQ(Lines(headers), "X-B: 22\nVia: \n");
  EXPECT_FALSE(headers.fields().Has(HeaderName::kAccept));
  EXPECT_EQ(headers.Remove("Accept"), 0u);
  EXPECT_EQ(headers.Remove(""), 0u);
  EXPECT_EQ(headers.Remove("via"), 1u);
  EXPECT_EQ(headers.Remove("X-B"), 1u);
  EXPECT_TRUE(headers.fields().empty());
}

TEST(HeadersTest, SetsInThePlaceOfAllOfAName) {
  Headers headers = Sample();
  EXPECT_TRUE(headers.Set("accept", "longer than all of them"));
  EXPECT_EQ(Lines(headers), "X-B: 22\nVia: \naccept: longer than all of them\n");
  EXPECT_TRUE(headers.Set(HeaderName::kLocation, "/"));
  EXPECT_TRUE(headers.Set(HeaderName::kLocation, "/x"));
  EXPECT_EQ(headers.fields().Find(HeaderName::kLocation), "/x");
  EXPECT_EQ(headers.fields().size(), 4u);
}

TEST(HeadersTest, LeavesOutWhiteSpaceAround) {
  Headers headers;
  EXPECT_TRUE(headers.Add("A", " \tb \t c\t "));
  EXPECT_TRUE(headers.Add("B", "\t "));
  EXPECT_TRUE(headers.Add("C", "\x80 "));
  EXPECT_EQ(Lines(headers), "A: b \t c\nB: \nC: \x80\n");
}

// RFC 9110 sections 5.1 and 5.5.
TEST(HeadersTest, RefusesWhatWouldBreakOutOfItsLine) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "x"},
      {"A B", "x"},
      {"A:", "x"},
      {"A\r\nB", "x"},
      {"\xe9", "x"},
      {" A", "x"},
      {"A", "x\ny"},
      {"A", "x\ry"},
      {"A", "x\r\nB: y"},
      {"A", "\n"},
      {"A", "x\x7f"},
      {"A", std::string(1, '\0')},
      {"A", "\x01"},
      {std::string("A\0", 2), "x"},
      {std::string(65'536, 'a'), "x"},
  };
  Headers headers = Sample();
  const std::string before = Lines(headers);
  for (const auto& [name, value] : bad) {
    EXPECT_FALSE(headers.Add(name, value)) << absl::CHexEscape(name);
    EXPECT_FALSE(headers.Set(name, value)) << absl::CHexEscape(name);
    EXPECT_EQ(Lines(headers), before) << "it changed";
  }
  EXPECT_FALSE(headers.Set("Accept", "\n")) << "what was there stays";
  EXPECT_FALSE(headers.Set(HeaderName::kOther, "x")) << "which has no name";
  EXPECT_EQ(Lines(headers), before);
  EXPECT_TRUE(headers.Add(std::string(65'535, 'a'), "x"));
}

TEST(HeadersTest, ClearsForTheNextMessage) {
  Headers headers = Sample();
  headers.Clear();
  EXPECT_TRUE(headers.fields().empty());
  EXPECT_FALSE(headers.fields().Has(HeaderName::kAccept));
  EXPECT_TRUE(headers.Add("B", "1"));
  EXPECT_EQ(Lines(headers), "B: 1\n");
}

TEST(HeadersTest, RoomChangesNothing) {
  Headers headers;
  ASSERT_TRUE(headers.Add("A", "1"));
  headers.Reserve(100, 10000);
  EXPECT_EQ(Lines(headers), "A: 1\n");
}

TEST(HeadersTest, ACopyStandsAlone) {
  Headers headers = Sample();
  const Headers copy = headers;
  headers.Remove("Accept");
  EXPECT_EQ(Lines(copy), Lines(Sample()));
  const Headers moved = std::move(headers);
  EXPECT_EQ(Lines(moved), "X-B: 22\nVia: \n");
}

// Where each removal moved all text behind it, this would take minutes.
TEST(HeadersTest, RemovesMuchInLinearTime) {
  Headers headers;
  constexpr size_t kFields = 200'000;
  for (size_t i = 0; i < kFields; ++i) {
    ASSERT_TRUE(headers.Add(i % 2 == 0 ? "A" : "B", "a value of forty bytes, to weigh something"));
  }
  EXPECT_EQ(headers.Remove("a"), kFields / 2);
  EXPECT_EQ(headers.fields().size(), kFields / 2);
}

}  // namespace
}  // namespace forklift::http
