#include "forklift/http/multipart_ranges.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/charset.h"
#include "absl/types/span.h"
#include "forklift/http/range.h"

namespace forklift::http {
namespace {

bool IsBoundary(std::string_view text) {
  constexpr absl::CharSet kCharacters =
      absl::CharSet::AsciiAlphanumerics() | absl::CharSet("'()+_,-./:=?");
  return !text.empty() && text.size() <= 70 &&
         std::all_of(text.begin(), text.end(), [&](char c) { return kCharacters.contains(c); });
}

// The pieces of a part's head, the first's if `first`. The line end before a boundary belongs to
// it.
std::array<std::string_view, 7> PartHead(bool first, std::string_view boundary,
                                         std::string_view content_type,
                                         const ContentRange& content_range) {
  return {
      first ? "--" : "\r\n--", boundary,  "\r\nContent-Type: ", content_type, "\r\nContent-Range: ",
      content_range.value(),   "\r\n\r\n"};
}

std::array<std::string_view, 3> End(std::string_view boundary) {
  return {"\r\n--", boundary, "--\r\n"};
}

uint64_t SizeOf(absl::Span<const std::string_view> pieces) {
  uint64_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  return size;
}

void AppendAll(absl::Span<const std::string_view> pieces, std::string& out) {
  for (std::string_view piece : pieces) out.append(piece);
}

}  // namespace

MultipartRanges::MultipartRanges(std::string_view boundary, std::string_view content_type,
                                 absl::Span<const ByteRange> ranges, uint64_t length)
    : boundary_(boundary), content_type_(content_type), ranges_(ranges), length_(length) {
  CHECK(IsBoundary(boundary)) << "no boundary of a multipart body";
}

uint64_t MultipartRanges::ContentLength() const {
  uint64_t size = SizeOf(End(boundary_));
  for (size_t i = 0; i < ranges_.size(); ++i) {
    const ContentRange content_range(ranges_[i], length_);
    size += SizeOf(PartHead(i == 0, boundary_, content_type_, content_range)) + ranges_[i].size();
  }
  return size;
}

void MultipartRanges::AppendPartHead(size_t i, std::string& out) const {
  const ContentRange content_range(ranges_[i], length_);
  AppendAll(PartHead(i == 0, boundary_, content_type_, content_range), out);
}

void MultipartRanges::AppendEnd(std::string& out) const { AppendAll(End(boundary_), out); }

}  // namespace forklift::http
