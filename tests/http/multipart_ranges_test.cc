#include "forklift/http/multipart_ranges.h"

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "forklift/http/range.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// The body of the response, with the bytes of `resource` between what the parts write.
std::string Body(const MultipartRanges& parts, const std::vector<ByteRange>& ranges,
                 std::string_view resource) {
  std::string body;
  for (size_t i = 0; i < ranges.size(); ++i) {
    parts.AppendPartHead(i, body);
    body += resource.substr(ranges[i].first, ranges[i].size());
  }
  parts.AppendEnd(body);
  return body;
}

TEST(MultipartRangesTest, ABodyOfTwoRanges) {  // RFC 9110 section 15.3.7.2
  const std::vector<ByteRange> ranges = {{0, 4}, {24, 25}};
  const MultipartRanges parts("THIS_STRING_SEPARATES", "text/plain", ranges, 26);
  EXPECT_EQ(Body(parts, ranges, "abcdefghijklmnopqrstuvwxyz"),
            "--THIS_STRING_SEPARATES\r\n"
            "Content-Type: text/plain\r\n"
            "Content-Range: bytes 0-4/26\r\n"
            "\r\n"
            "abcde\r\n"
            "--THIS_STRING_SEPARATES\r\n"
            "Content-Type: text/plain\r\n"
            "Content-Range: bytes 24-25/26\r\n"
            "\r\n"
            "yz\r\n"
            "--THIS_STRING_SEPARATES--\r\n");
}

TEST(MultipartRangesTest, TheLengthIsTheBodys) {
  const std::string resource(2000, 'x');
  std::vector<ByteRange> ranges;
  for (uint64_t first = 0; first < 1500; first = first * 2 + 1) {
    ranges.push_back({first, first + first / 2});
    const MultipartRanges parts("b", "application/octet-stream", ranges, resource.size());
    EXPECT_EQ(parts.ContentLength(), Body(parts, ranges, resource).size()) << ranges.size();
  }
  EXPECT_GT(ranges.size(), 5u);
}

TEST(MultipartRangesTest, TheLengthOfMoreThanMemoryHolds) {
  const std::vector<ByteRange> ranges = {{0, (uint64_t{1} << 40) - 1},
                                         {uint64_t{1} << 41, uint64_t{1} << 41}};
  const MultipartRanges parts("b", "video/mp4", ranges, uint64_t{1} << 42);
  std::string heads;
  parts.AppendPartHead(0, heads);
  parts.AppendPartHead(1, heads);
  parts.AppendEnd(heads);
  EXPECT_EQ(parts.ContentLength(), heads.size() + (uint64_t{1} << 40) + 1);
}

TEST(MultipartRangesDeathTest, ABoundaryThatEndsTheFieldIsOurOwnMistake) {
  const auto with = [](std::string_view boundary) {
    return MultipartRanges(boundary, "text/plain", {}, 0).ContentLength();
  };
  EXPECT_GT(with(std::string(70, 'b')), 0u);
  EXPECT_DEATH(with(""), "no boundary");
  EXPECT_DEATH(with(std::string(71, 'b')), "no boundary");
  EXPECT_DEATH(with("a\r\nb"), "no boundary");
  EXPECT_DEATH(with("a b"), "no boundary");
  EXPECT_DEATH(with("a;b"), "no boundary");
}

}  // namespace
}  // namespace forklift::http
