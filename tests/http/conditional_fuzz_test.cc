// Whatever a peer sends in a conditional request's fields or in Range: a date that is read is
// written the same, a tag is what its quotes enclose, and no range leaves the resource.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/conditional.h"
#include "forklift/http/date.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/method.h"
#include "forklift/http/range.h"

namespace forklift::http {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

void CheckDate(std::string_view input) {
  const std::optional<absl::Time> time = ParseHttpDate(input, kNow);
  if (!time) return;
  const HttpDateText text = HttpDate(*time);
  const std::string_view written(text.data(), text.size());
  CHECK(ParseHttpDate(written, kNow) == time || absl::StrContains(input, "9999 23:59:60"));
  if (input.size() == written.size() && !absl::StrContains(input, ":60")) CHECK_EQ(written, input);
}

void CheckEntityTag(std::string_view input) {
  std::string_view rest = input;
  const std::optional<EntityTag> tag = ConsumeEntityTag(rest);
  CHECK_EQ(tag ? absl::StrCat(tag->weak ? "W/" : "", "\"", tag->opaque, "\"", rest) : rest, input);
}

void CheckConditions(std::string_view input) {
  const size_t line_feed = input.find('\n');
  const std::string_view lines[] = {input.substr(0, line_feed), line_feed == input.npos
                                                                    ? std::string_view()
                                                                    : input.substr(line_feed + 1)};
  const Representation current = {true, EntityTag{"a"}, kNow - absl::Hours(1)};
  const Representation nothing = {false, std::nullopt, std::nullopt};

  Conditions unless;
  unless.if_none_match = lines;
  Conditions only_if;
  only_if.if_match = lines;
  const auto evaluate = [](Method method, const Conditions& conditions,
                           const Representation& representation) {
    return EvaluatePreconditions(method, conditions, representation, kNow);
  };
  using enum PreconditionOutcome;
  // GET and PUT agree on whether the condition holds; nothing matches where there is nothing.
  CHECK_EQ(evaluate(Method::kGet, unless, current) == kPerform,
           evaluate(Method::kPut, unless, current) == kPerform);
  CHECK(evaluate(Method::kGet, unless, nothing) == kPerform);
  CHECK(evaluate(Method::kGet, only_if, nothing) == kPreconditionFailed);
  // What compares strongly compares weakly.
  if (evaluate(Method::kPut, only_if, current) == kPerform) {
    CHECK(evaluate(Method::kPut, unless, current) == kPreconditionFailed);
  }

  Conditions dates;
  dates.if_modified_since = dates.if_unmodified_since = dates.if_range = input;
  CHECK(evaluate(Method::kGet, dates, nothing) == kPerform);
  const bool applies = RangeApplies(Method::kGet, dates, current, kNow);
  if (applies && !absl::EndsWith(input, "\"")) {
    CHECK(evaluate(Method::kGet, dates, current) == kNotModified);
  }
}

void CheckRange(std::string_view input, uint64_t length) {
  const RequestedRanges requested = ParseRange(input, length);
  CHECK_EQ(requested.outcome == RequestedRanges::Outcome::kPartial, !requested.ranges().empty());
  uint64_t total = 0;
  for (const ByteRange& range : requested.ranges()) {
    CHECK_LE(range.first, range.last);
    CHECK_LT(range.last, length);
    CHECK_LE(range.size(), length - total);  // in all no more than there is
    total += range.size();
    CHECK(absl::EndsWith(ContentRange(range, length).value(), absl::StrCat("/", length)));
  }
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of just the size, so that a sanitizer sees an overrun.
  const std::string input(reinterpret_cast<const char*>(data), size);
  forklift::http::CheckDate(input);
  forklift::http::CheckEntityTag(input);
  forklift::http::CheckConditions(input);
  for (uint64_t length : {uint64_t{0}, uint64_t{1}, uint64_t{100}, ~uint64_t{0}}) {
    forklift::http::CheckRange(input, length);
  }
  return 0;
}
