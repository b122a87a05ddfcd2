// RunWorker is what a worker process does: it accepts on the listeners and serves by the model,
// until its supervisor tells it to stop.
//
// Blocks until then. To be called in a process of its own, which a proc::Supervisor has forked.
#ifndef FORKLIFT_HTTP_SERVER_WORKER_H_
#define FORKLIFT_HTTP_SERVER_WORKER_H_

#include <vector>

#include "forklift/http/log/access_log.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/server_options.h"
#include "forklift/net/listener.h"
#include "forklift/proc/worker_context.h"

namespace forklift::http::server {

// Exit codes of a worker beside 0.
inline constexpr int kWorkerFailed = 1;
inline constexpr int kApplicationFailed = 4;  // Handler::Start: another worker would fail too

// Says Ready once it accepts. Without an `access_log` requests are not logged. `limit` has the
// slots of all workers, and is lifted when a stop is the server's end, for which it serves what is
// in the queue too: else, another process has the listeners, and it only accepts no more.
int RunWorker(proc::WorkerContext& worker, const ServerOptions& options, Handler& handler,
              log::AccessLog* access_log, ConnectionLimit& limit,
              std::vector<net::Listener> listeners);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_WORKER_H_
