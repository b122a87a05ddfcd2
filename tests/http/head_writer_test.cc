#include "forklift/http/head_writer.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <limits>
#include <string>

#include "absl/types/span.h"
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

TEST(HeadWriterTest, WhatIsSpoiltStaysSo) {
  char buffer[64];
  HeadWriter writer(absl::MakeSpan(buffer));
  writer.Spoil();
  EXPECT_EQ(writer.Claim(1), nullptr);
  writer.AddField("X", "y");
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
