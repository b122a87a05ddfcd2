// ParseRange tells which bytes of a resource a Range field asks for, and ContentRange says which
// ones are sent (RFC 9110 section 14).
//
// Pure: nothing is allocated. Thread-safe.
//
//   const RequestedRanges requested = ParseRange(field, size);
//   if (requested.outcome == RequestedRanges::Outcome::kUnsatisfiable) {
//     writer.AddField("Content-Range", ContentRange::Unsatisfied(size).value());
//   }
#ifndef FORKLIFT_HTTP_RANGE_H_
#define FORKLIFT_HTTP_RANGE_H_

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <string_view>

#include "absl/types/span.h"

namespace forklift::http {

// The bytes from `first` to `last`, both included, so there is one at least.
struct ByteRange {
  uint64_t first;
  uint64_t last;

  uint64_t size() const { return last - first + 1; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct RequestedRanges {
  enum class Outcome {
    kIgnored,        // answer with the whole: 200
    kPartial,        // answer with ranges(): 206
    kUnsatisfiable,  // answer 416
  };
  // A field that asks for more is ignored: clients need few, attackers many (RFC 9110
  // section 17.15).
  static constexpr size_t kMost = 16;

  // Of kPartial: in the order asked for, within the resource, not one byte twice.
  absl::Span<const ByteRange> ranges() const { return {storage.data(), count}; }

  Outcome outcome = Outcome::kIgnored;
  size_t count = 0;
  std::array<ByteRange, kMost> storage = {};
};

// `field` is the value of the only Range field (HeaderFields::FindSingle), which is to be heeded
// (see RangeApplies), `length` the bytes that the resource has. Ignored are units other than bytes,
// what breaks the grammar, more ranges than kMost, ranges that overlap, and an end of an empty
// resource, which no Content-Range can tell.
RequestedRanges ParseRange(std::string_view field, uint64_t length);

// The value of a Content-Range field (RFC 9110 section 14.4).
class ContentRange {
 public:
  // "bytes 0-99/1000", of a resource of `length` bytes, which has `range`.
  ContentRange(ByteRange range, uint64_t length);

  // "bytes */1000", for status 416.
  static ContentRange Unsatisfied(uint64_t length);

  // Valid as long as this object is.
  std::string_view value() const { return {text_.data(), size_}; }

 private:
  ContentRange() = default;
  void Append(std::string_view text);
  void Append(uint64_t number);

  std::array<char, 68> text_;  // "bytes ", "-", "/" and three numbers of 20 digits
  size_t size_ = 0;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_RANGE_H_
