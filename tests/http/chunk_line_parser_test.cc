#include "forklift/http/chunk_line_parser.h"

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/http/parse_state.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(ChunkLineParserTest, StopsBehindTheLine) {
  ChunkLineParser parser(0);
  size_t consumed = 0;
  EXPECT_EQ(parser.Parse("1F\r\n1F", consumed), ParseState::kComplete);
  EXPECT_EQ(consumed, 4u);
  EXPECT_EQ(parser.size(), 0x1fu);
}

TEST(ChunkLineParserTest, ReadsTheNextLineAfresh) {
  ChunkLineParser parser(16);
  size_t consumed = 0;
  EXPECT_EQ(parser.Parse("fedcba9876543210;a=b\r\n", consumed), ParseState::kComplete);
  EXPECT_EQ(parser.size(), 0xfedcba9876543210u);
  EXPECT_EQ(parser.Parse("0\r\n", consumed), ParseState::kComplete);
  EXPECT_EQ(parser.size(), 0u);
}

TEST(ChunkLineParserTest, GoesOnWhereItStopped) {
  ChunkLineParser parser(16);
  size_t consumed = 0;
  for (const char c : std::string_view("1a ; b = \"\\\"\"\r")) {
    EXPECT_EQ(parser.Parse(std::string_view(&c, 1), consumed), ParseState::kIncomplete) << c;
    EXPECT_EQ(consumed, 1u);
  }
  EXPECT_EQ(parser.Parse("", consumed), ParseState::kIncomplete);
  EXPECT_EQ(consumed, 0u);
  EXPECT_EQ(parser.Parse("\n", consumed), ParseState::kComplete);
  EXPECT_EQ(parser.size(), 0x1au);
}

TEST(ChunkLineParserTest, TellsWhereAndWhy) {
  ChunkLineParser parser(16);
  size_t consumed = 0;
  EXPECT_EQ(parser.Parse("5;a=?\r\n", consumed), ParseState::kError);
  EXPECT_EQ(consumed, 4u);
  EXPECT_FALSE(parser.reason().empty());
}

TEST(ChunkLineParserTest, TheRoomForExtensionsIsSharedByAllLines) {
  ChunkLineParser parser(5);
  size_t consumed = 0;
  EXPECT_EQ(parser.Parse("1;a\r\n", consumed), ParseState::kComplete);
  EXPECT_EQ(parser.Parse("1;b\r\n", consumed), ParseState::kComplete);
  EXPECT_EQ(parser.Parse("1\r\n", consumed), ParseState::kComplete);
  EXPECT_EQ(parser.Parse("1;c\r\n", consumed), ParseState::kError);
  EXPECT_EQ(consumed, 2u);
}

}  // namespace
}  // namespace forklift::http
