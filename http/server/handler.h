// Handler is what an application gives to a server: a request in, a response out. It knows nothing
// of sockets, processes or the concurrency model that it runs in.
#ifndef FORKLIFT_HTTP_SERVER_HANDLER_H_
#define FORKLIFT_HTTP_SERVER_HANDLER_H_

#include <functional>
#include <string>
#include <string_view>

#include "forklift/http/status_code.h"

namespace forklift::http::server {

struct Request {
  std::string_view method;  // "GET"; views are valid during the call only
  std::string_view target;  // "/hello?x=1", as sent
};

struct Response {
  StatusCode status = StatusCode::kOk;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// May block; then only the connection that it answers waits, in the models that run one at a time.
// A HEAD request is answered like GET: the server leaves the body out.
using Handler = std::function<Response(const Request&)>;

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_HANDLER_H_
