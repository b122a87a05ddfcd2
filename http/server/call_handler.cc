#include "forklift/http/server/call_handler.h"

#include <exception>
#include <new>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/log/log.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"

namespace forklift::http::server {

#ifdef ABSL_HAVE_EXCEPTIONS

HandlerOutcome CallHandler(absl::FunctionRef<void()> call) {
  try {
    call();
    return HandlerOutcome::kDone;
  } catch (const std::bad_alloc&) {
    LOG_EVERY_N_SEC(ERROR, 1) << "the handler had too little memory";
    return HandlerOutcome::kOutOfMemory;
  } catch (const std::exception& exception) {
    LOG_EVERY_N_SEC(ERROR, 1) << "the handler threw an exception: " << exception.what();
  } catch (...) {
    LOG_EVERY_N_SEC(ERROR, 1) << "the handler threw what is no std::exception";
  }
  return HandlerOutcome::kThrew;
}

#else

HandlerOutcome CallHandler(absl::FunctionRef<void()> call) {
  call();
  return HandlerOutcome::kDone;
}

#endif

void SetFailure(HandlerOutcome outcome, Response& response) {
  response.Clear();
  if (outcome == HandlerOutcome::kOutOfMemory) {
    response.SetError(StatusCode::kServiceUnavailable, "the server is short of memory; try again");
  } else {
    response.SetError(StatusCode::kInternalServerError, "the application failed");
  }
}

}  // namespace forklift::http::server
