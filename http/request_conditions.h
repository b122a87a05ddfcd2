// RequestConditions finds the conditions of a request among its fields, for EvaluatePreconditions
// and RangeApplies (http/conditional.h).
//
// Views into the request's bytes; allocates only where a list came in many lines. Thread-safe as
// any const object is.
//
//   const RequestConditions found(request.head.fields);
//   switch (EvaluatePreconditions(request.method, found.conditions(), current, absl::Now())) ...
#ifndef FORKLIFT_HTTP_REQUEST_CONDITIONS_H_
#define FORKLIFT_HTTP_REQUEST_CONDITIONS_H_

#include <optional>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "forklift/http/conditional.h"
#include "forklift/http/header_fields.h"

namespace forklift::http {

class RequestConditions {
 public:
  explicit RequestConditions(const HeaderFields& fields);
  RequestConditions(const RequestConditions&) = delete;
  RequestConditions& operator=(const RequestConditions&) = delete;

  // Good as long as this object is. If-Range that came twice is there, and tells no version.
  const Conditions& conditions() const { return conditions_; }

 private:
  using Lines = absl::InlinedVector<std::string_view, 4>;

  Lines if_match_;
  Lines if_none_match_;
  Conditions conditions_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_CONDITIONS_H_
