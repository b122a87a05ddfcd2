#include "forklift/http/server/serve_connection.h"

#include <poll.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/patience.h"
#include "forklift/http/server/transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {
namespace {

void WorkWithin(Exchange& exchange, absl::Duration timeout) {
  const itimerval limit = {.it_interval = {}, .it_value = absl::ToTimeval(timeout)};
  ::setitimer(ITIMER_REAL, &limit, nullptr);
  exchange.Work();
  const itimerval none = {};
  ::setitimer(ITIMER_REAL, &none, nullptr);
}

}  // namespace

void ServeConnection(net::UniqueFd connection, const net::Address& peer, Exchange& exchange,
                     WorkerClock& clock, const ServeOptions& options,
                     absl::FunctionRef<void()> alive) {
  SocketTransport transport(connection.get());
  exchange.Attach(transport, peer, 0);
  Patience patience;
  std::array<pollfd, 2> entries = {pollfd{.fd = connection.get(), .events = 0, .revents = 0},
                                   pollfd{.fd = options.stop_fd, .events = POLLIN, .revents = 0}};
  auto& [client, stop] = entries;
  while (true) {
    const Exchange::Wait wait = exchange.Advance();
    switch (wait) {
      case Exchange::Wait::kWork:
        if (options.kill_slow_handler) {
          WorkWithin(exchange, options.timeouts.request);
        } else {
          exchange.Work();
        }
        continue;
      case Exchange::Wait::kClose:
        return;
      case Exchange::Wait::kLingeringClose:
        net::LingerAndClose(std::move(connection), options.timeouts.linger);
        return;
      case Exchange::Wait::kOutput:
        client.events = POLLOUT;
        break;
      case Exchange::Wait::kIdle:
      case Exchange::Wait::kInput:
        client.events = POLLIN;
        break;
    }
    patience.Update(options.timeouts, wait, exchange);
    alive();
    const net::Deadline beat = net::Deadline::After(options.beat_interval);
    const int ready =
        ::poll(entries.data(), entries.size(), std::min(beat, patience.deadline()).PollTimeout());
    clock.Refresh();
    // An interrupted or failed poll (EINTR, ENOMEM) finds nothing, and is tried again.
    const bool stopped = ready > 0 && stop.revents != 0;
    const bool moves = ready > 0 && client.revents != 0;
    if (stopped) {
      exchange.Finish();
      patience.Hurry(exchange);
      stop.fd = -1;
    }
    if (moves || stopped) exchange.SetReadable();
    if (!moves && patience.deadline().expired()) exchange.TimeOut();
  }
}

}  // namespace forklift::http::server
