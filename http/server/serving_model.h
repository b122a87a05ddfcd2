// ServingModel is how a worker serves the connections that it has accepted: the part in which the
// concurrency models differ.
//
// For worker.h, which accepts, hears when to stop and says that it is alive. One object a worker
// process, one thread: the loop's.
#ifndef FORKLIFT_HTTP_SERVER_SERVING_MODEL_H_
#define FORKLIFT_HTTP_SERVER_SERVING_MODEL_H_

#include <stdint.h>

#include <functional>

#include "absl/time/time.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/loop_acceptor.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"
#include "forklift/net/event_loop.h"

namespace forklift::http::server {

// What a model works with; all that it refers to outlives it.
struct ModelSetup {
  const ServerOptions& options;
  ConnectionShare share;  // of options.max_connections
  ExchangeContext context;
  WorkerClock& clock;
  net::EventLoop& loop;
  int stop_fd;                   // readable once the worker is to stop
  absl::Duration beat_interval;  // how often to call `alive` where something blocks the loop
  std::function<void()> alive;
  std::function<void()> on_change;  // called after idle(), busy() or requests() has changed
};

// Who the client is: unnamed where Address cannot hold it.
net::Address PeerOf(const net::Accepted& accepted);

class ServingModel {
 public:
  virtual ~ServingModel() = default;

  // Takes over a connection: serves it, or begins to.
  virtual AfterServe Serve(net::Accepted accepted) = 0;

  // Ends each connection with the response in progress, idle ones at once, and new ones with their
  // first request.
  virtual void Finish() = 0;

  // Ends all without that.
  virtual void Kill() = 0;

  // Whether no connection is left.
  virtual bool idle() const = 0;

  // Begun so far.
  virtual uint64_t requests() const = 0;

  // Whether a new request would have to wait for another one's handler, though the loop goes on:
  // another worker may have time for it.
  virtual bool busy() const { return false; }

  // Whether a handler runs for too long, which nothing but the worker's end will stop.
  virtual bool stuck() const { return false; }
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_SERVING_MODEL_H_
