// ServeConnection serves one connection to its end, for processes and threads that have nothing
// else to do: the iterative and the fork model.
//
// Owns the connection. Blocks, but, its handler aside, never longer than the timeouts allow a
// client; so whatever the peer does, a silent or slow one too, ends here: in an answer or a close.
// Safe across fork.
#ifndef FORKLIFT_HTTP_SERVER_SERVE_CONNECTION_H_
#define FORKLIFT_HTTP_SERVER_SERVE_CONNECTION_H_

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/timeouts.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {

struct ServeOptions {
  Timeouts timeouts;
  // Once it is readable, the connection ends: an idle one at once, another with its response.
  int stop_fd = -1;
  // Ends the process, by SIGALRM, where the handler, or what consumes a body, runs longer than
  // timeouts.request at a time.
  bool kill_slow_handler = false;
  // Other connections wait for the end of this one: where it comes when the stop has come already,
  // its client gets no time to see the answer before the close.
  bool others_wait = false;
  // How often `alive` is to be called while a client is waited for.
  absl::Duration beat_interval = absl::InfiniteDuration();
};

// `connection` must be non-blocking. `exchange` and `clock`, which is the exchange's, serve it
// alone meanwhile. `alive` is called before each wait, and before the handler is.
void ServeConnection(net::UniqueFd connection, const net::Address& peer, Exchange& exchange,
                     WorkerClock& clock, const ServeOptions& options,
                     absl::FunctionRef<void()> alive);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_SERVE_CONNECTION_H_
