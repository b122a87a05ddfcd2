// JsonString and JsonSeconds write values of a JSON report (RFC 8259).
//
// Pure; they allocate; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_JSON_TEXT_H_
#define FORKLIFT_HTTP_LOAD_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace forklift::http::load {

// A string of printable ASCII, which is all that comes here.
inline std::string JsonString(std::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

inline std::string JsonSeconds(absl::Duration duration) {
  return absl::StrFormat("%.9f", absl::ToDoubleSeconds(duration));
}

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_JSON_TEXT_H_
