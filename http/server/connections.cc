#include "forklift/http/server/connections.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <list>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/log.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler_pool.h"
#include "forklift/http/server/patience.h"
#include "forklift/http/server/transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/poller.h"
#include "forklift/net/timer_queue.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {
namespace {

// As many at once are told 503; further ones are cut off.
constexpr size_t kMaxRefused = 128;
// That linger at once; further ones are closed without that.
constexpr size_t kMaxClosing = 1024;
// Kept for the next requests, so that a quiet server has little memory and a busy one allocates
// nothing.
constexpr size_t kMaxSpareExchanges = 64;
// For the handlers of one connection's requests, as soon as one has used it up; then it is the
// others' turn.
constexpr absl::Duration kTurn = absl::Milliseconds(10);

}  // namespace

struct Connections::Connection {
  Connection(net::UniqueFd socket, const net::Address& address)
      : fd(std::move(socket)), peer(address), transport(fd.get()) {}

  net::UniqueFd fd;
  net::Address peer;
  SocketTransport transport;
  net::Registration registration;
  net::Interest interest = net::Interest::kRead;
  bool counted = false;                // by admission_; else it is refused
  bool working = false;                // in a thread of the pool, which has the exchange
  uint32_t requests = 0;               // before the exchange was attached
  std::unique_ptr<Exchange> exchange;  // while there is something to do
  Patience patience;
  net::TimerId timer;
  net::Deadline timer_deadline = net::Deadline::Infinite();
};

struct Connections::Closing {
  explicit Closing(net::LingeringClose begun) : close(std::move(begun)) {}

  net::LingeringClose close;
  net::Registration registration;  // goes before the descriptor
  net::TimerId timer;
};

Connections::Connections(net::EventLoop& loop, const ExchangeContext& context, WorkerClock& clock,
                         const ConnectionsOptions& options, absl::AnyInvocable<void()> on_change)
    : loop_(loop),
      context_(context),
      clock_(clock),
      options_(options),
      on_change_(std::move(on_change)),
      admission_(options.share, options.max_connections_per_client) {}

Connections::~Connections() {
  loop_.timers().Cancel(submission_);
  for (Connection& connection : connections_) loop_.timers().Cancel(connection.timer);
  for (Closing& closing : closing_) loop_.timers().Cancel(closing.timer);
}

void Connections::Close() {
  for (Place place = connections_.begin(); place != connections_.end();) {
    const Place current = place++;
    if (!current->working) Drop(current);  // else its thread has it
  }
  while (!closing_.empty()) DropClosing(closing_.begin());
}

void Connections::RefuseAtOnce(const ExchangeContext& context, net::UniqueFd connection,
                               const net::Address& peer) {
  SocketTransport transport(connection.get());
  Exchange exchange(context);
  exchange.Attach(transport, peer, 0);
  exchange.RefuseBusy();
  if (exchange.Advance() != Exchange::Wait::kLingeringClose) return;
  net::LingeringClose(std::move(connection), {}).Advance();
}

void Connections::Add(net::UniqueFd connection, const net::Address& peer) {
  if (!admission_.Enter(peer)) return Refuse(std::move(connection), peer);
  const Place place = connections_.emplace(connections_.end(), std::move(connection), peer);
  place->counted = true;
  place->patience.Begin(options_.timeouts);
  clock_.Refresh();
  // A request mostly follows its connection at once: then the loop need not watch for it.
  AttachExchange(*place);
  if (finishing_) place->patience.Hurry(*place->exchange);
  Step(place);
}

void Connections::Refuse(net::UniqueFd connection, const net::Address& peer) {
  if (refused_ >= kMaxRefused) return;
  const Place place = connections_.emplace(connections_.end(), std::move(connection), peer);
  ++refused_;
  AttachExchange(*place);
  place->exchange->RefuseBusy();
  Step(place);
}

void Connections::Finish() {
  finishing_ = true;
  for (Place place = connections_.begin(); place != connections_.end();) {
    const Place current = place++;  // which may go
    const bool idle = current->exchange == nullptr;
    if (idle) AttachExchange(*current);
    current->exchange->Finish();
    if (current->working) continue;
    current->patience.Hurry(*current->exchange);
    current->exchange->SetReadable();
    Step(current);
  }
}

void Connections::AttachExchange(Connection& connection) {
  if (spare_exchanges_.empty()) {
    connection.exchange = std::make_unique<Exchange>(context_);
  } else {
    connection.exchange = std::move(spare_exchanges_.back());
    spare_exchanges_.pop_back();
  }
  connection.exchange->Attach(connection.transport, connection.peer, connection.requests);
  if (finishing_) connection.exchange->Finish();
}

void Connections::DetachExchange(Connection& connection) {
  connection.exchange->Detach();
  const size_t requests = connection.exchange->requests();
  requests_ += requests - connection.requests;
  connection.requests = static_cast<uint32_t>(requests);
  if (spare_exchanges_.size() < kMaxSpareExchanges) {
    spare_exchanges_.push_back(std::move(connection.exchange));
  }
  connection.exchange.reset();
}

void Connections::OnReady(Place place, net::Readiness readiness) {
  if (place->working) {
    place->registration.Cancel();  // or a client that hangs up would wake the loop all the time
    return;
  }
  clock_.Refresh();
  if (place->exchange == nullptr) {
    AttachExchange(*place);
  } else if (readiness.readable) {
    place->exchange->SetReadable();
  }
  Step(place);
}

void Connections::OnTimer(Place place) {
  place->timer = {};
  place->timer_deadline = net::Deadline::Infinite();
  if (!place->patience.deadline().expired()) return SetTimer(place);  // it was moved meanwhile
  clock_.Refresh();
  if (place->exchange == nullptr) AttachExchange(*place);
  place->exchange->TimeOut();
  Step(place);
}

void Connections::Step(Place place) {
  const absl::Time turn_ends = clock_.now() + kTurn;
  while (true) {
    Exchange::Wait wait = place->exchange->Advance();
    // Whoever can be sent to is next in the loop's coming round, unless its client does not read.
    if (wait == Exchange::Wait::kWork && clock_.now() >= turn_ends) wait = Exchange::Wait::kOutput;
    place->patience.Update(options_.timeouts, wait, *place->exchange);
    switch (wait) {
      case Exchange::Wait::kWork:
        if (pool_ != nullptr) return StartWork(place);
        Work(place);
        break;
      case Exchange::Wait::kClose:
        return Drop(place);
      case Exchange::Wait::kIdleClose:
        return CloseIdle(place);
      case Exchange::Wait::kLingeringClose:
        return CloseLingeringly(place);
      case Exchange::Wait::kIdle:
        DetachExchange(*place);
        if (Watch(place, net::Interest::kRead)) SetTimer(place);
        return on_change_();
      case Exchange::Wait::kInput:
        if (Watch(place, net::Interest::kRead)) SetTimer(place);
        return;
      case Exchange::Wait::kOutput:
        if (Watch(place, net::Interest::kWrite)) SetTimer(place);
        return;
    }
  }
}

void Connections::Work(Place place) {
  if (clock_.now() != alive_at_) {  // not more often than that clock goes on
    alive_at_ = clock_.now();
    options_.alive();
  }
  place->exchange->Work(options_.alive);
  clock_.Refresh();
}

// With all others that are ready in the loop's present coming round, once that is through.
void Connections::StartWork(Place place) {
  place->working = true;
  ++working_;
  on_change_();
  if (jobs_.empty()) {
    submission_ = loop_.timers().Add(net::Deadline::After(absl::ZeroDuration()),
                                     [this] { pool_->Submit(jobs_); });
  }
  jobs_.push_back([this, place](absl::FunctionRef<void()> alive) {
    place->exchange->Work(alive);
    loop_.Post([this, place] {
      place->working = false;
      --working_;
      on_change_();
      clock_.Refresh();
      if (finishing_) {  // it has not heard of that while it was working
        place->patience.Hurry(*place->exchange);
        place->exchange->SetReadable();
      }
      Step(place);
    });
  });
}

bool Connections::Watch(Place place, net::Interest interest) {
  if (!place->registration.active()) {
    absl::StatusOr<net::Registration> registration =
        loop_.Watch(place->fd.get(), interest,
                    [this, place](net::Readiness readiness) { OnReady(place, readiness); });
    if (!registration.ok()) {
      LOG_EVERY_N_SEC(ERROR, 1) << registration.status().message();
      Drop(place);
      return false;
    }
    place->registration = *std::move(registration);
  } else if (interest != place->interest) {
    place->registration.SetInterest(interest);
  }
  place->interest = interest;
  return true;
}

// Deadlines mostly move away, request by request: the timer follows when it is due.
void Connections::SetTimer(Place place) {
  const net::Deadline deadline = place->patience.deadline();
  if (deadline >= place->timer_deadline) return;
  place->timer_deadline = deadline;
  if (loop_.timers().Move(place->timer, deadline)) return;
  place->timer = loop_.timers().Add(deadline, [this, place] { OnTimer(place); });
}

void Connections::CloseIdle(Place place) {
  place->registration.Cancel();
  net::CloseIdle(std::move(place->fd));
  Drop(place);
}

void Connections::CloseLingeringly(Place place) {
  place->registration.Cancel();
  net::LingeringClose close(std::move(place->fd), options_.timeouts.linger);
  Drop(place);
  if (close.Advance() || closing_.size() >= kMaxClosing) return;
  const ClosingPlace closing = closing_.emplace(closing_.end(), std::move(close));
  absl::StatusOr<net::Registration> registration =
      loop_.Watch(closing->close.fd(), net::Interest::kRead,
                  [this, closing](net::Readiness) { AdvanceClosing(closing); });
  if (!registration.ok()) {
    closing_.erase(closing);
    return;
  }
  closing->registration = *std::move(registration);
  closing->timer =
      loop_.timers().Add(closing->close.deadline(), [this, closing] { AdvanceClosing(closing); });
}

void Connections::AdvanceClosing(ClosingPlace closing) {
  if (closing->close.Advance()) DropClosing(closing);
}

void Connections::DropClosing(ClosingPlace closing) {
  loop_.timers().Cancel(closing->timer);
  closing_.erase(closing);
  on_change_();
}

void Connections::Drop(Place place) {
  if (place->exchange != nullptr) DetachExchange(*place);
  loop_.timers().Cancel(place->timer);
  if (place->counted) {
    admission_.Leave(place->peer);
  } else {
    --refused_;
  }
  connections_.erase(place);
  on_change_();
}

}  // namespace forklift::http::server
