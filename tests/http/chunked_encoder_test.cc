#include "forklift/http/chunked_encoder.h"

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "forklift/http/header_name.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(ChunkedEncoderTest, FramesTheDataWithoutCopyingIt) {
  ChunkSizeLine line;
  const std::string_view data = "Hello, World!\n";
  const std::array<std::string_view, 3> chunk = EncodeChunk(data, line);
  EXPECT_EQ(absl::StrJoin(chunk, ""), "e\r\nHello, World!\n\r\n");
  EXPECT_EQ(chunk[0].data(), line.data());
  EXPECT_EQ(chunk[1].data(), data.data());
}

TEST(ChunkedEncoderTest, SizesAreHexadecimal) {
  const std::string data(0x10000, 'x');
  for (const auto& [size, size_line] : {std::pair<size_t, std::string_view>{1, "1\r\n"},
                                        {15, "f\r\n"},
                                        {16, "10\r\n"},
                                        {0xabc, "abc\r\n"},
                                        {0x10000, "10000\r\n"}}) {
    ChunkSizeLine line;
    EXPECT_EQ(EncodeChunk(std::string_view(data).substr(0, size), line)[0], size_line);
  }
}

TEST(ChunkedEncoderTest, TheLargestSizeFits) {
  ChunkSizeLine line;
  // Never read: a size that no memory has.
  const std::string_view huge("", std::numeric_limits<size_t>::max() / 2);
  EXPECT_EQ(EncodeChunk(huge, line)[0], "7fffffffffffffff\r\n");
}

TEST(ChunkedEncoderTest, NoDataIsNoChunkAsThatWouldEndTheBody) {
  ChunkSizeLine line;
  EXPECT_EQ(absl::StrJoin(EncodeChunk("", line), ""), "");
}

TEST(LastChunkWriterTest, EndsTheBodyWithItsTrailers) {
  char buffer[64];
  EXPECT_EQ(LastChunkWriter(absl::MakeSpan(buffer)).Finish(), kLastChunk);
  LastChunkWriter writer(absl::MakeSpan(buffer));
  writer.AddField("Content-Digest", "sha-256=:AAAA:");
  writer.AddField("X", "1");
  EXPECT_EQ(writer.Finish(), "0\r\nContent-Digest: sha-256=:AAAA:\r\nX: 1\r\n\r\n");
}

// RFC 9110 section 6.5.1: a recipient may need it before the body, or take it for what it is not.
TEST(LastChunkWriterTest, RefusesWhatIsNotDefinedAsATrailer) {
  for (int number = 1; number < kHeaderNameCount; ++number) {
    const auto name = static_cast<HeaderName>(number);
    const bool allowed = name == HeaderName::kETag || name == HeaderName::kAcceptRanges;
    for (const std::string& spelling :
         {std::string(Spelling(name)), absl::AsciiStrToLower(Spelling(name))}) {
      char buffer[64];
      LastChunkWriter writer(absl::MakeSpan(buffer));
      writer.AddField(spelling, "9");
      EXPECT_EQ(writer.Finish().has_value(), allowed) << spelling;
    }
  }
}

TEST(LastChunkWriterTest, RefusesWhatIsNoField) {
  for (std::string_view value : {"a\r\nb: c", "a\nb", "a\rb"}) {
    char buffer[64];
    LastChunkWriter writer(absl::MakeSpan(buffer));
    writer.AddField("X", value);
    EXPECT_EQ(writer.Finish(), std::nullopt);
  }
}

TEST(LastChunkWriterTest, ABufferThatIsTooSmallByAnyNumberOfBytesGivesNothing) {
  constexpr std::string_view kWhole = "0\r\nX: 1\r\n\r\n";
  for (size_t room = 0; room <= kWhole.size(); ++room) {
    std::string buffer(room, '\0');
    buffer.shrink_to_fit();  // so that a sanitizer sees an overrun
    LastChunkWriter writer(absl::MakeSpan(buffer));
    writer.AddField("X", "1");
    EXPECT_EQ(writer.Finish().has_value(), room == kWhole.size()) << room;
  }
}

}  // namespace
}  // namespace forklift::http
