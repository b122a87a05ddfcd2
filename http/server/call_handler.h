// CallHandler keeps what an application throws from ending the process, and with it the connections
// of others.
//
// Safe wherever its function is. Where exceptions are switched off it just calls.
//
//   const HandlerOutcome outcome = CallHandler([&] { handler.Handle(request, response); });
//   if (outcome != HandlerOutcome::kDone) SetFailure(outcome, response);
#ifndef FORKLIFT_HTTP_SERVER_CALL_HANDLER_H_
#define FORKLIFT_HTTP_SERVER_CALL_HANDLER_H_

#include "absl/functional/function_ref.h"
#include "forklift/http/server/response.h"

namespace forklift::http::server {

enum class HandlerOutcome {
  kDone,
  kOutOfMemory,  // std::bad_alloc: the request may succeed when there is less to do
  kThrew,        // any other exception
};

// Logs what is thrown, once a second at most.
HandlerOutcome CallHandler(absl::FunctionRef<void()> call);

// Makes `response` the answer to a request whose handler has thrown: 503 for kOutOfMemory, 500 for
// kThrew, and nothing of what the handler has filled in.
void SetFailure(HandlerOutcome outcome, Response& response);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CALL_HANDLER_H_
