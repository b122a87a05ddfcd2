// Response is what a handler answers: a status, fields and content.
//
// A value that owns what it holds. The server clears and reuses one, so that small answers cost no
// allocation in steady state.
#ifndef FORKLIFT_HTTP_SERVER_RESPONSE_H_
#define FORKLIFT_HTTP_SERVER_RESPONSE_H_

#include <string>
#include <string_view>

#include "forklift/http/headers.h"
#include "forklift/http/server/content.h"
#include "forklift/http/status_code.h"

namespace forklift::http::server {

struct Response {
  // Final: 200 to 599.
  StatusCode status = StatusCode::kOk;
  // Instead of the standard reason phrase; empty: that. No control characters but HTAB.
  std::string reason;
  // Date, Content-Length, Transfer-Encoding and Connection are the server's to add.
  Headers headers;
  // To HEAD too: the server leaves it out and tells its length.
  Content content;

  // As new, but for memory.
  void Clear();

  // A short answer in plain text that says why there is no other: "404 Not Found: REASON". `reason`
  // is a sentence without its full stop, and safe to show. What was set before is gone.
  void SetError(StatusCode error, std::string_view reason);
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_RESPONSE_H_
