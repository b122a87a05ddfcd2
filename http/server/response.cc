#include "forklift/http/server/response.h"

#include <string>
#include <string_view>
#include <variant>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/header_name.h"
#include "forklift/http/status_code.h"

namespace forklift::http::server {

void Response::Clear() {
  status = StatusCode::kOk;
  reason.clear();
  headers.Clear();
  if (auto* bytes = std::get_if<std::string>(&content)) {
    bytes->clear();
  } else {
    content.emplace<std::string>();
  }
}

void Response::SetError(StatusCode error, std::string_view reason) {
  Clear();
  status = error;
  CHECK(headers.Add(HeaderName::kContentType, "text/plain; charset=utf-8"));
  content = absl::StrCat(static_cast<int>(error), " ", ReasonPhrase(error), ": ", reason, "\n");
}

}  // namespace forklift::http::server
