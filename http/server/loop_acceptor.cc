#include "forklift/http/server/loop_acceptor.h"

#include <stddef.h>

#include <memory>
#include <utility>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/listener.h"
#include "forklift/net/poller.h"

namespace forklift::http::server {

absl::StatusOr<std::unique_ptr<LoopAcceptor>> LoopAcceptor::Create(net::EventLoop& loop,
                                                                   net::Listener listener,
                                                                   int batch, net::Wakes wakes,
                                                                   OnAccept on_accept) {
  auto acceptor = absl::WrapUnique(
      new LoopAcceptor(loop, std::move(listener), batch, wakes, std::move(on_accept)));
  const absl::Status watched = acceptor->Watch();
  if (!watched.ok()) return watched;
  return acceptor;
}

LoopAcceptor::LoopAcceptor(net::EventLoop& loop, net::Listener listener, int batch,
                           net::Wakes wakes, OnAccept on_accept)
    : loop_(loop),
      acceptor_(std::move(listener), {.batch = batch}),
      wakes_(wakes),
      on_accept_(std::move(on_accept)) {}

LoopAcceptor::~LoopAcceptor() { Close(); }

absl::Status LoopAcceptor::Watch() {
  absl::StatusOr<net::Registration> registration =
      loop_.Watch(acceptor_.fd(), net::Interest::kRead, [this](net::Readiness) { Accept(); },
                  {.wakes = wakes_});
  if (!registration.ok()) return registration.status();
  registration_ = *std::move(registration);
  return absl::OkStatus();
}

net::AfterAccept LoopAcceptor::TakeIn(net::Accepted accepted) {
  switch (on_accept_(std::move(accepted))) {
    case AfterServe::kNext:
      return net::AfterAccept::kNext;
    case AfterServe::kYield:
      break;
    case AfterServe::kEndTurn:
      turn_ends_ = true;
      break;
    case AfterServe::kPause:
      acceptor_.Pause();
      break;
  }
  return net::AfterAccept::kEndBatch;
}

void LoopAcceptor::Accept() {
  // To find out that the queue is empty costs as much as to accept: a loop that has little else to
  // do looks again instead.
  size_t taken = 0;
  const absl::Status accepted = acceptor_.Accept([&](net::Accepted connection) {
    const net::AfterAccept next = TakeIn(std::move(connection));
    return ++taken < loop_.ready() && accepting_ ? next : net::AfterAccept::kEndBatch;
  });
  if (!accepted.ok()) {
    status_ = accepted;
    Close();
    loop_.Stop();
  }
  if (closed()) return;
  if (turn_ends_) {
    turn_ends_ = false;
    registration_.Cancel();
  }
  WatchAgain();
}

void LoopAcceptor::SetAccepting(bool accepting) {
  if (accepting_ == accepting || closed()) return;
  accepting_ = accepting;
  if (accepting) {
    loop_.timers().Cancel(rest_timer_);
    WatchAgain();
  } else {
    // After this round, in which the loop may have been woken for a connection.
    rest_timer_ = loop_.timers().Add(net::Deadline::After(absl::ZeroDuration()),
                                     [this] { registration_.Cancel(); });
  }
}

void LoopAcceptor::WatchAgain() {
  if (!acceptor_.paused() && accepting_ && !registration_.active()) {
    const absl::Status watched = Watch();
    if (!watched.ok()) {
      LOG_EVERY_N_SEC(ERROR, 1) << watched.message();
      acceptor_.Pause();
    }
  }
  if (!acceptor_.paused()) return;
  // What is left in a queue that others share waits for the next client, who wakes one of them, or
  // for the pause's end: better than 503 for all, which emptying it by the reserve would be.
  registration_.Cancel();
  loop_.timers().Cancel(pause_timer_);
  pause_timer_ = loop_.timers().Add(acceptor_.deadline(), [this] { Accept(); });
}

void LoopAcceptor::Drain(size_t most, net::Deadline deadline) {
  // Not as late as in Close: whoever comes between the last look at the queue and the close of the
  // last copy is reset.
  registration_.Cancel();
  while (!closed() && most > 0 && !deadline.expired()) {
    const size_t before = most;
    acceptor_.Resume();  // after a shortage, too, while it lets some of them in
    const absl::Status accepted = acceptor_.Accept([&](net::Accepted connection) {
      const net::AfterAccept next = TakeIn(std::move(connection));
      return --most > 0 && !deadline.expired() ? next : net::AfterAccept::kEndBatch;
    });
    if (!accepted.ok() || acceptor_.drained()) break;
    if (acceptor_.paused() && most == before) break;
  }
  Close();
}

void LoopAcceptor::Leave() {
  const bool may_be_woken = wakes_ == net::Wakes::kOne && registration_.active();
  Drain(may_be_woken ? 1 : 0, net::Deadline::Infinite());
}

void LoopAcceptor::Close() {
  registration_.Cancel();
  loop_.timers().Cancel(pause_timer_);
  loop_.timers().Cancel(rest_timer_);
  acceptor_.Close();
}

}  // namespace forklift::http::server
