#include "forklift/http/server/answer.h"

#include <optional>
#include <string_view>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "forklift/http/date.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"

namespace forklift::http::server {
namespace {

bool HasBody(StatusCode status) {
  return status != StatusCode::kNoContent && status != StatusCode::kNotModified;
}

bool IsFinal(StatusCode status) {
  return status >= static_cast<StatusCode>(200) && status <= static_cast<StatusCode>(599);
}

std::optional<std::string_view> WriteHead(absl::Span<char> buffer, const Response& response) {
  if (!IsFinal(response.status)) return std::nullopt;
  const HttpDateText date = HttpDate(absl::Now());
  ResponseWriter writer(buffer, response.status);
  writer.AddField("Date", std::string_view(date.data(), date.size()));
  if (HasBody(response.status)) {
    writer.AddField("Content-Type", response.content_type);
    writer.AddContentLength(response.body.size());
  }
  writer.AddField("Connection", "close");
  return writer.Finish();
}

}  // namespace

Response ErrorResponse(StatusCode status, std::string_view reason) {
  return {.status = status,
          .body = absl::StrCat(static_cast<int>(status), " ", ReasonPhrase(status), ": ", reason,
                               "\n")};
}

net::IoResult SendAnswer(int connection, const Response& response, bool head_only,
                         net::Deadline deadline) {
  char buffer[1024];
  const std::optional<std::string_view> head = WriteHead(absl::MakeSpan(buffer), response);
  if (head) {
    const bool with_body = !head_only && HasBody(response.status);
    return net::SendAll(connection, {*head, with_body ? std::string_view(response.body) : ""},
                        deadline);
  }
  LOG(ERROR)
      << "the handler's response has no final status, or a content type that is no field value; "
         "answering 500";
  return SendAnswer(
      connection, ErrorResponse(StatusCode::kInternalServerError, "the response could not be sent"),
      head_only, deadline);
}

}  // namespace forklift::http::server
