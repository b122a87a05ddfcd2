// EvaluatePreconditions decides whether a conditional request is to be performed (RFC 9110 section
// 13).
//
// Pure: views into the caller's bytes, the time is the caller's, nothing is allocated. Thread-safe.
// Call it where the request without its conditions would be answered with 2xx, and before anything
// is done (RFC 9110 section 13.2.1).
//
//   Conditions conditions;
//   conditions.if_none_match = if_none_match_lines;
//   const Representation current = {true, EntityTag{"v1"}, last_modified};
//   const PreconditionOutcome outcome =
//       EvaluatePreconditions(method, conditions, current, absl::Now());
//   if (outcome == PreconditionOutcome::kNotModified) Answer(StatusCode::kNotModified);
#ifndef FORKLIFT_HTTP_CONDITIONAL_H_
#define FORKLIFT_HTTP_CONDITIONAL_H_

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/method.h"

namespace forklift::http {

// The values of the request's fields, without white space around them. Of a list, one for each line
// that the field came in; none where it did not come. A date that came twice is no date: leave it
// out, as HeaderFields::FindSingle does.
struct Conditions {
  absl::Span<const std::string_view> if_match;
  absl::Span<const std::string_view> if_none_match;
  std::optional<std::string_view> if_unmodified_since;
  std::optional<std::string_view> if_modified_since;
  std::optional<std::string_view> if_range;
};

// What the request's target has at the moment.
struct Representation {
  bool exists = true;
  std::optional<EntityTag> entity_tag;
  std::optional<absl::Time> last_modified;  // counts in whole seconds, rounded down, as it is sent
};

enum class PreconditionOutcome {
  kPerform,
  kNotModified,         // answer 304
  kPreconditionFailed,  // answer 412, and do not perform the method
};

// In the order of RFC 9110 section 13.2.2: If-Match, or without it If-Unmodified-Since; then
// If-None-Match, or without it If-Modified-Since, which only GET and HEAD heed. CONNECT, OPTIONS
// and TRACE heed none. A date that is none (ParseHttpDate, to which `now` goes) is as if it had not
// come; what is no entity tag equals none, nor does what follows it in its line.
PreconditionOutcome EvaluatePreconditions(Method method, const Conditions& conditions,
                                          const Representation& current, absl::Time now);

// Whether a Range field, if there is one, is to be heeded: of a GET, and only where If-Range, if
// there is one, tells exactly the current version (RFC 9110 section 13.1.5), by a strong entity tag
// or by its date. A date does not tell versions of one second apart, so it counts from a second
// after it on. Ask only if the request is to be performed.
bool RangeApplies(Method method, const Conditions& conditions, const Representation& current,
                  absl::Time now);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CONDITIONAL_H_
