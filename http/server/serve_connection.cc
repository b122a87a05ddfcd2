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

// Ends the process, by SIGALRM, where what follows takes too long.
class Alarm {
 public:
  explicit Alarm(absl::Duration timeout) : timeout_(timeout) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() { Stop(); }

  void Start() {
    running_ = timeout_ != absl::InfiniteDuration();
    if (running_) Set(timeout_);
  }
  void Stop() {
    if (std::exchange(running_, false)) Set(absl::ZeroDuration());
  }

 private:
  static void Set(absl::Duration timeout) {
    const itimerval value = {.it_interval = {}, .it_value = absl::ToTimeval(timeout)};
    ::setitimer(ITIMER_REAL, &value, nullptr);
  }

  const absl::Duration timeout_;
  bool running_ = false;
};

void Linger(net::UniqueFd connection, const ServeOptions& options,
            absl::FunctionRef<void()> alive) {
  net::LingeringClose closing(std::move(connection), options.timeouts.linger);
  while (!closing.Advance()) {
    alive();
    const net::Deadline beat = net::Deadline::After(options.beat_interval);
    pollfd entry = {.fd = closing.fd(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, std::min(beat, closing.deadline()).PollTimeout());
  }
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
  pollfd& client = entries[0];
  pollfd& stop = entries[1];
  const auto finish = [&] {
    exchange.Finish();
    patience.Hurry(exchange);
    stop.fd = -1;
  };
  // Whoever comes out of the queue during a stop is to hear that the first response is the last.
  const bool stopped_before = ::poll(&stop, 1, 0) > 0;
  if (stopped_before) {
    patience.Begin(options.timeouts);
    finish();
  }
  // What an application does with a request or a part of it happens in Advance and Work, neither of
  // which waits for the client.
  Alarm alarm(options.kill_slow_handler ? options.timeouts.request : absl::InfiniteDuration());
  while (true) {
    alarm.Start();
    const Exchange::Wait wait = exchange.Advance();
    patience.Update(options.timeouts, wait, exchange);
    switch (wait) {
      case Exchange::Wait::kWork:
        alive();
        exchange.Work([&] {
          alive();
          alarm.Start();
        });
        clock.Refresh();
        continue;
      case Exchange::Wait::kClose:
        return exchange.Detach();
      case Exchange::Wait::kIdleClose:
        exchange.Detach();
        return net::CloseIdle(std::move(connection));
      case Exchange::Wait::kLingeringClose:
        exchange.Detach();
        alarm.Stop();
        if (stopped_before && options.others_wait) return net::CloseIdle(std::move(connection));
        return Linger(std::move(connection), options, alive);
      case Exchange::Wait::kOutput:
        client.events = POLLOUT;
        break;
      case Exchange::Wait::kIdle:
      case Exchange::Wait::kInput:
        client.events = POLLIN;
        break;
    }
    alarm.Stop();
    alive();
    const net::Deadline beat = net::Deadline::After(options.beat_interval);
    const int ready =
        ::poll(entries.data(), entries.size(), std::min(beat, patience.deadline()).PollTimeout());
    clock.Refresh();
    // An interrupted or failed poll (EINTR, ENOMEM) finds nothing, and is tried again.
    const bool stopped = ready > 0 && stop.revents != 0;
    const bool moves = ready > 0 && client.revents != 0;
    if (stopped) finish();
    if (stopped || moves) exchange.SetReadable();
    if (patience.deadline().expired()) exchange.TimeOut();
  }
}

}  // namespace forklift::http::server
