#include "forklift/http/range.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "forklift/http/list_syntax.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {
namespace {

using Outcome = RequestedRanges::Outcome;

// Takes a number off the front: its digits, without zeros before them. Nothing where there is none.
std::optional<std::string_view> ConsumeNumber(std::string_view& text) {
  std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  if (digits.empty()) return std::nullopt;
  text.remove_prefix(digits.size());
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// One that is too large becomes the largest, which is as far beyond any resource.
uint64_t Value(std::string_view digits) {
  uint64_t number = 0;
  const std::errc error = std::from_chars(digits.data(), digits.data() + digits.size(), number).ec;
  return error == std::errc::result_out_of_range ? std::numeric_limits<uint64_t>::max() : number;
}

// Whether `a` is less, however large both are.
bool IsLess(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// One range as it is written: "first-last", "first-" or "-suffix".
struct RangeSpec {
  std::optional<std::string_view> first;
  std::optional<std::string_view> last;  // the suffix's length, where there is no `first`
};

// Takes the range at the front of `list`, which must be the whole of an element.
std::optional<RangeSpec> ConsumeSpec(std::string_view& list) {
  RangeSpec spec;
  spec.first = ConsumeNumber(list);
  if (!absl::ConsumePrefix(&list, "-")) return std::nullopt;
  spec.last = ConsumeNumber(list);
  SkipWhitespace(list);
  if (!AtElementEnd(list) || (!spec.first && !spec.last)) return std::nullopt;
  if (spec.first && spec.last && IsLess(*spec.last, *spec.first)) return std::nullopt;
  return spec;
}

// What `spec` asks for of `length` bytes, more than none; nothing where it asks for none of them.
std::optional<ByteRange> Resolve(const RangeSpec& spec, uint64_t length) {
  const uint64_t last = spec.last ? Value(*spec.last) : length - 1;
  if (!spec.first) {
    if (last == 0) return std::nullopt;
    return ByteRange{length - std::min(last, length), length - 1};
  }
  const uint64_t first = Value(*spec.first);
  if (first >= length) return std::nullopt;
  return ByteRange{first, std::min(last, length - 1)};
}

bool Overlap(const ByteRange& a, const ByteRange& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

RequestedRanges ParseRange(std::string_view field, uint64_t length) {
  const RequestedRanges ignored = {};
  constexpr std::string_view kUnit = "bytes=";
  if (!absl::StartsWithIgnoreCase(field, kUnit)) return ignored;
  field.remove_prefix(kUnit.size());

  RequestedRanges requested = {};
  size_t specs = 0;
  for (SkipListSeparators(field); !field.empty(); SkipListSeparators(field)) {
    const std::optional<RangeSpec> spec = ConsumeSpec(field);
    if (!spec || ++specs > RequestedRanges::kMost) return ignored;
    if (length == 0) {
      if (!spec->first) return ignored;
      continue;
    }
    const std::optional<ByteRange> range = Resolve(*spec, length);
    if (!range) continue;
    for (const ByteRange& other : requested.ranges()) {
      if (Overlap(*range, other)) return ignored;
    }
    requested.storage[requested.count++] = *range;
  }
  if (specs == 0) return ignored;
  requested.outcome = requested.count > 0 ? Outcome::kPartial : Outcome::kUnsatisfiable;
  return requested;
}

ContentRange::ContentRange(ByteRange range, uint64_t length) {
  Append("bytes ");
  Append(range.first);
  Append("-");
  Append(range.last);
  Append("/");
  Append(length);
}

ContentRange ContentRange::Unsatisfied(uint64_t length) {
  ContentRange text;
  text.Append("bytes */");
  text.Append(length);
  return text;
}

void ContentRange::Append(std::string_view text) {
  size_ = std::copy(text.begin(), text.end(), text_.data() + size_) - text_.data();
}

void ContentRange::Append(uint64_t number) {
  size_ =
      std::to_chars(text_.data() + size_, text_.data() + text_.size(), number).ptr - text_.data();
}

}  // namespace forklift::http
