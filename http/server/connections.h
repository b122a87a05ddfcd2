// Connections serves any number of connections by one event loop: the prefork, thread and event
// models.
//
// A connection that waits for its client costs a few hundred bytes: buffers are borrowed only while
// a request is in progress. Handlers run in the loop's thread, where all other connections wait for
// them, or in a pool of threads. Owns the connections; borrows the loop, which must outlive it.
// Never blocks but for handlers in the loop's thread. One object, one thread: the loop's.
#ifndef FORKLIFT_HTTP_SERVER_CONNECTIONS_H_
#define FORKLIFT_HTTP_SERVER_CONNECTIONS_H_

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "forklift/http/server/admission.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler_pool.h"
#include "forklift/http/server/patience.h"
#include "forklift/http/server/timeouts.h"
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

struct ConnectionsOptions {
  Timeouts timeouts;
  ConnectionShare share;                  // further clients are told 503
  size_t max_connections_per_client = 0;  // as ClientLimit; 0: no limit
  // Called before handlers, at most every few milliseconds: the loop may not come round for long.
  std::function<void()> alive = [] {};
};

class Connections {
 public:
  // `clock` is that of `context`; all must outlive the object. `on_change` is called after a
  // connection has ended or become idle, or working() has changed.
  Connections(net::EventLoop& loop, const ExchangeContext& context, WorkerClock& clock,
              const ConnectionsOptions& options, absl::AnyInvocable<void()> on_change);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Has handlers run in `pool` rather than in the loop's thread; it must end before this object,
  // and after the loop has run for the last time.
  void WorkIn(HandlerPool& pool) { pool_ = &pool; }

  // Serves a connection, which is non-blocking, from now on: what it has sent already, at once.
  void Add(net::UniqueFd connection, const net::Address& peer);

  // Answers 503 to a connection, or closes it where too many are being answered so.
  void Refuse(net::UniqueFd connection, const net::Address& peer);

  // Ends each connection with the response that is in progress, idle ones at once, where they have
  // sent nothing, and new ones with their first request, which is to come soon. Those added later
  // have one request.
  void Finish();

  // Ends all at once.
  void Close();

  // Answers 503 and closes a connection whose descriptor is needed at once. The answer may be lost
  // to a client that goes on sending.
  static void RefuseAtOnce(const ExchangeContext& context, net::UniqueFd connection,
                           const net::Address& peer);

  size_t size() const { return connections_.size() + closing_.size(); }
  // That are in a thread of the pool, or wait for one.
  size_t working() const { return working_; }
  // That have been begun in all.
  uint64_t requests() const { return requests_; }

 private:
  struct Connection;
  struct Closing;
  using Place = std::list<Connection>::iterator;
  using ClosingPlace = std::list<Closing>::iterator;

  void OnReady(Place place, net::Readiness readiness);
  void OnTimer(Place place);
  void Step(Place place);
  void Work(Place place);
  void StartWork(Place place);
  void AttachExchange(Connection& connection);
  void DetachExchange(Connection& connection);
  bool Watch(Place place, net::Interest interest);
  void SetTimer(Place place);
  void CloseIdle(Place place);
  void CloseLingeringly(Place place);
  void AdvanceClosing(ClosingPlace closing);
  void DropClosing(ClosingPlace closing);
  void Drop(Place place);

  net::EventLoop& loop_;
  const ExchangeContext context_;
  WorkerClock& clock_;
  const ConnectionsOptions options_;
  absl::AnyInvocable<void()> on_change_;
  HandlerPool* pool_ = nullptr;         // none: handlers run in the loop's thread
  std::vector<HandlerPool::Job> jobs_;  // to be given to it together
  net::TimerId submission_;             // of these

  Admission admission_;
  size_t refused_ = 0;  // of connections_
  std::list<Connection> connections_;
  std::list<Closing> closing_;
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  bool finishing_ = false;
  size_t working_ = 0;
  uint64_t requests_ = 0;
  absl::Time alive_at_ = absl::InfinitePast();  // when `alive` was called last
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CONNECTIONS_H_
