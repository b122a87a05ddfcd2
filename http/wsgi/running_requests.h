// RunningRequests knows what a process is at, for a signal handler to tell: which requests have
// been given to the application, and not come back.
//
// All of it is static: signal handlers have no other place to look. Thread-safe; Print is
// async-signal-safe as well. A copy in a forked child is the child's own.
#ifndef FORKLIFT_HTTP_WSGI_RUNNING_REQUESTS_H_
#define FORKLIFT_HTTP_WSGI_RUNNING_REQUESTS_H_

#include <stddef.h>

#include "forklift/http/server/handler.h"

namespace forklift::http::wsgi {

// A request that runs as long as this object lives. Of more at once than there is room for, 4096,
// the rest is not told of.
class [[nodiscard]] RunningRequest {
 public:
  explicit RunningRequest(const server::Request& request);
  ~RunningRequest();
  RunningRequest(const RunningRequest&) = delete;
  RunningRequest& operator=(const RunningRequest&) = delete;

 private:
  const size_t place_;
};

// A line for each of them to `fd`: process, method and target, escaped and cut, and for how long.
void PrintRunningRequests(int fd);

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_RUNNING_REQUESTS_H_
