// MultipartRanges writes what stands between the ranges of a response that has several (RFC 9110
// section 14.6).
//
// The bytes of the ranges stay the caller's, to be sent from wherever they are, so a large file
// needs no memory. Pure: only the caller's string grows. Thread-compatible.
//
//   const MultipartRanges parts(boundary, "text/plain", requested.ranges(), size);
//   writer.AddField("Content-Type", absl::StrCat("multipart/byteranges; boundary=", boundary));
//   writer.AddContentLength(parts.ContentLength());
//   for (size_t i = 0; i < requested.count; ++i) {
//     out.clear();
//     parts.AppendPartHead(i, out);
//     SendBytes(out, requested.ranges()[i]);
//   }
//   out.clear();
//   parts.AppendEnd(out);
#ifndef FORKLIFT_HTTP_MULTIPART_RANGES_H_
#define FORKLIFT_HTTP_MULTIPART_RANGES_H_

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/range.h"

namespace forklift::http {

class MultipartRanges {
 public:
  // `boundary` must not occur in the bytes of the ranges, so let chance make it anew for each
  // response; it must have 1 to 70 letters, digits and characters of "'()+_,-./:=?" (RFC 2046
  // section 5.1.1; some of these want quotes in a Content-Type). `content_type` is the resource's
  // and must be a field value; `length` is the resource's, `ranges` are within it. All must outlive
  // this object.
  MultipartRanges(std::string_view boundary, std::string_view content_type,
                  absl::Span<const ByteRange> ranges, uint64_t length);

  // Of the whole body: heads, ranges and the end.
  uint64_t ContentLength() const;

  // What stands before the bytes of range `i`.
  void AppendPartHead(size_t i, std::string& out) const;

  // What stands behind the bytes of the last one.
  void AppendEnd(std::string& out) const;

 private:
  std::string_view boundary_;
  std::string_view content_type_;
  absl::Span<const ByteRange> ranges_;
  uint64_t length_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_MULTIPART_RANGES_H_
