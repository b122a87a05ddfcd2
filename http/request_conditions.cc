#include "forklift/http/request_conditions.h"

#include <optional>
#include <string_view>

#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"

namespace forklift::http {
namespace {

// The value of a field that came once.
std::optional<std::string_view> FindOnly(const HeaderFields& fields, HeaderName name) {
  return fields.Count(name) == 1 ? fields.Find(name) : std::nullopt;
}

}  // namespace

RequestConditions::RequestConditions(const HeaderFields& fields) {
  if (fields.Has(HeaderName::kIfMatch) || fields.Has(HeaderName::kIfNoneMatch)) {
    for (const Field field : fields) {
      if (field.id == HeaderName::kIfMatch) if_match_.push_back(field.value);
      if (field.id == HeaderName::kIfNoneMatch) if_none_match_.push_back(field.value);
    }
  }
  conditions_.if_match = if_match_;
  conditions_.if_none_match = if_none_match_;
  conditions_.if_modified_since = FindOnly(fields, HeaderName::kIfModifiedSince);
  conditions_.if_unmodified_since = FindOnly(fields, HeaderName::kIfUnmodifiedSince);
  if (fields.Has(HeaderName::kIfRange)) {
    conditions_.if_range = FindOnly(fields, HeaderName::kIfRange).value_or("");
  }
}

}  // namespace forklift::http
