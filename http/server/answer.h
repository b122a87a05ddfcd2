// SendAnswer sends one response.
#ifndef FORKLIFT_HTTP_SERVER_ANSWER_H_
#define FORKLIFT_HTTP_SERVER_ANSWER_H_

#include <string_view>

#include "forklift/http/server/handler.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"

namespace forklift::http::server {

// A short plain-text response for a request that is not going to reach the handler. `reason` is a
// sentence without its full stop, and safe to show.
Response ErrorResponse(StatusCode status, std::string_view reason);

// Sends `response` with Date, as `protocol` frames it, head and body in one segment where they fit,
// and ends it. A response that would break the protocol (a content type with a line end in it, a
// status that is not a final one) becomes a 500, and none of it is sent. Blocks until `deadline` at
// most.
net::IoResult SendAnswer(int connection, ServerConnection& protocol, const Response& response,
                         net::Deadline deadline);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_ANSWER_H_
