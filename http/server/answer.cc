#include "forklift/http/server/answer.h"

#include <stddef.h>

#include <optional>
#include <string_view>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "forklift/http/date.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"

namespace forklift::http::server {
namespace {

std::optional<std::string_view> BeginResponse(absl::Span<char> buffer, ServerConnection& protocol,
                                              const Response& response) {
  const HttpDateText date = HttpDate(absl::Now());
  const Field fields[] = {
      {.value = std::string_view(date.data(), date.size()), .id = HeaderName::kDate},
      {.value = response.content_type, .id = HeaderName::kContentType},
  };
  // The type of what is not there would be misleading.
  const size_t count = MayHaveContent(response.status) ? 2 : 1;
  return protocol.BeginResponse(buffer, response.status, absl::MakeSpan(fields, count),
                                response.body.size());
}

}  // namespace

Response ErrorResponse(StatusCode status, std::string_view reason) {
  return {.status = status,
          .body = absl::StrCat(static_cast<int>(status), " ", ReasonPhrase(status), ": ", reason,
                               "\n")};
}

net::IoResult SendAnswer(int connection, ServerConnection& protocol, const Response& response,
                         net::Deadline deadline) {
  char buffer[1024];
  const auto head = BeginResponse(absl::MakeSpan(buffer), protocol, response);
  if (!head) {
    LOG(ERROR) << "the handler's response has no final status, or a content type that is no field "
                  "value; answering 500";
    return SendAnswer(connection, protocol,
                      ErrorResponse(StatusCode::kInternalServerError, "no valid response"),
                      deadline);
  }
  const auto [before, body, after] = protocol.Body(response.body);
  return net::SendAll(connection, {*head, before, body, after, protocol.EndResponse()}, deadline);
}

}  // namespace forklift::http::server
