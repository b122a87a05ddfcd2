#include "forklift/http/head_writer.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/header_name.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(HeadWriterTest, WritesLinesInOrderAndAnEmptyOneAtTheEnd) {
  char buffer[128];
  HeadWriter writer(absl::MakeSpan(buffer));
  char* const line = writer.Claim(5);
  ASSERT_NE(line, nullptr);
  ::memcpy(line, "abc\r\n", 5);
  writer.AddField("X", "y z");
  writer.AddContentLength(0);
  EXPECT_EQ(writer.Finish(), "abc\r\nX: y z\r\nContent-Length: 0\r\n\r\n");
}

TEST(HeadWriterTest, TheLargestLength) {
  char buffer[64];
  HeadWriter writer(absl::MakeSpan(buffer));
  writer.AddContentLength(std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(writer.Finish(), "Content-Length: 18446744073709551615\r\n\r\n");
}

TEST(HeadWriterTest, AFieldByItsNumberHasItsUsualName) {
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const auto name = static_cast<HeaderName>(i);
    const std::string whole = absl::StrCat(Spelling(name), ": y z\r\n\r\n");
    for (size_t room = 0; room < 64; ++room) {
      std::string buffer(room + 1, '#');
      HeadWriter writer(absl::MakeSpan(buffer.data(), room));
      writer.AddField(name, "y z");
      const std::optional<std::string_view> lines = writer.Finish();
      EXPECT_EQ(lines.has_value(), room >= whole.size()) << whole << room;
      EXPECT_EQ(lines.value_or(whole), whole);
      EXPECT_EQ(buffer[room], '#');
    }
  }
}

TEST(HeadWriterTest, AFieldByItsNumberNeedsAGoodValue) {
  for (const size_t room : {30u, 128u}) {
    for (const std::string_view value : {"a\r\nb", "a\nb", "a long one\x7f that is not good"}) {
      std::string buffer(room, '#');
      HeadWriter writer(absl::MakeSpan(buffer));
      writer.AddField(HeaderName::kDate, value);
      EXPECT_FALSE(writer.Finish().has_value()) << value;
    }
    std::string buffer(room, '#');
    HeadWriter writer(absl::MakeSpan(buffer));
    writer.AddField(HeaderName::kDate, "a\tb\xc3\xa9");
    EXPECT_EQ(writer.Finish(), "Date: a\tb\xc3\xa9\r\n\r\n");
  }
}

TEST(HeadWriterTest, WhatIsFinishedStaysSo) {
  char buffer[64];
  HeadWriter writer(absl::MakeSpan(buffer));
  writer.AddField("X", "y");
  const auto lines = writer.Finish();
  writer.AddField("Z", "z");
  writer.AddContentLength(1);
  EXPECT_EQ(writer.Claim(1), nullptr);
  EXPECT_EQ(writer.Finish(), std::nullopt);
  EXPECT_EQ(lines, "X: y\r\n\r\n");
}

TEST(HeadWriterTest, WhatIsSpoiltStaysSo) {
  char buffer[64];
  HeadWriter writer(absl::MakeSpan(buffer));
  writer.Spoil();
  EXPECT_EQ(writer.Claim(1), nullptr);
  writer.AddField("X", "y");
  writer.AddField(HeaderName::kDate, "y");
  writer.AddContentLength(1);
  EXPECT_FALSE(writer.Finish().has_value());
}

TEST(HeadWriterTest, ALineThatDoesNotFitSpoilsTheHeadAndWritesNothingBeyondTheBuffer) {
  const std::string whole = "X: y\r\nContent-Length: 10\r\n\r\n";
  for (size_t room = 0; room <= whole.size(); ++room) {
    std::string buffer(room + 1, '#');
    HeadWriter writer(absl::MakeSpan(buffer.data(), room));
    writer.AddField("X", "y");
    writer.AddContentLength(10);
    EXPECT_EQ(writer.Finish().has_value(), room == whole.size()) << room;
    EXPECT_EQ(buffer[room], '#');
  }
}

}  // namespace
}  // namespace forklift::http
