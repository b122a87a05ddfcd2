#include "forklift/http/conditional.h"

#include <optional>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/date.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/list_syntax.h"
#include "forklift/http/method.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {
namespace {

using Comparison = bool (*)(const EntityTag&, const EntityTag&);

absl::Time WholeSeconds(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time));
}

// Whether one of the entity tags that `line` lists is `tag`. A tag may have commas of its own.
bool Lists(std::string_view line, const EntityTag& tag, Comparison equal) {
  SkipListSeparators(line);
  while (const std::optional<EntityTag> listed = ConsumeEntityTag(line)) {
    SkipWhitespace(line);
    if (!AtElementEnd(line)) return false;
    if (equal(*listed, tag)) return true;
    SkipListSeparators(line);
  }
  return false;
}

// Whether the value of If-Match or If-None-Match, which came in `lines`, tells the current version.
bool Tells(absl::Span<const std::string_view> lines, const Representation& current,
           Comparison equal) {
  if (!current.exists) return false;
  if (lines.size() == 1 && lines[0] == "*") return true;
  if (!current.entity_tag) return false;
  for (std::string_view line : lines) {
    if (Lists(line, *current.entity_tag, equal)) return true;
  }
  return false;
}

// Whether the current version is newer than `date`; nothing where that cannot be said.
std::optional<bool> ModifiedSince(const std::optional<std::string_view>& date,
                                  const Representation& current, absl::Time now) {
  if (!date || !current.exists || !current.last_modified) return std::nullopt;
  const std::optional<absl::Time> time = ParseHttpDate(*date, now);
  if (!time) return std::nullopt;
  return WholeSeconds(*current.last_modified) > *time;
}

}  // namespace

PreconditionOutcome EvaluatePreconditions(Method method, const Conditions& conditions,
                                          const Representation& current, absl::Time now) {
  using enum PreconditionOutcome;
  if (method == Method::kConnect || method == Method::kOptions || method == Method::kTrace) {
    return kPerform;
  }
  if (!conditions.if_match.empty()) {
    if (!Tells(conditions.if_match, current, StronglyEqual)) return kPreconditionFailed;
  } else if (ModifiedSince(conditions.if_unmodified_since, current, now).value_or(false)) {
    return kPreconditionFailed;
  }
  const bool reads = method == Method::kGet || method == Method::kHead;
  if (!conditions.if_none_match.empty()) {
    if (!Tells(conditions.if_none_match, current, WeaklyEqual)) return kPerform;
    return reads ? kNotModified : kPreconditionFailed;
  }
  if (reads && !ModifiedSince(conditions.if_modified_since, current, now).value_or(true)) {
    return kNotModified;
  }
  return kPerform;
}

bool RangeApplies(Method method, const Conditions& conditions, const Representation& current,
                  absl::Time now) {
  if (method != Method::kGet || !current.exists) return false;
  if (!conditions.if_range) return true;
  const std::string_view if_range = *conditions.if_range;
  if (absl::EndsWith(if_range, "\"")) {
    const std::optional<EntityTag> tag = ParseEntityTag(if_range);
    return tag && current.entity_tag && StronglyEqual(*tag, *current.entity_tag);
  }
  if (!current.last_modified) return false;
  const absl::Time last_modified = WholeSeconds(*current.last_modified);
  return ParseHttpDate(if_range, now) == last_modified && now >= last_modified + absl::Seconds(1);
}

}  // namespace forklift::http
