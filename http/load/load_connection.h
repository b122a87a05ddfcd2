// LoadConnection is one connection of a load run, and what it is used for: it connects, sends the
// requests that its worker's Work hands out, checks what comes back, and counts it; and begins anew
// where the connection ends.
//
// Driven by an event loop, never blocks. Owns its socket. One object, one worker, one thread. Stays
// where it is.
//
// Not for use outside a load worker (load_worker.h).
#ifndef FORKLIFT_HTTP_LOAD_LOAD_CONNECTION_H_
#define FORKLIFT_HTTP_LOAD_LOAD_CONNECTION_H_

#include <stddef.h>
#include <stdint.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"
#include "forklift/http/load/work.h"
#include "forklift/net/address.h"
#include "forklift/net/connector.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::load {

class LoadConnection;

// What the connections of a worker share.
struct LoadContext {
  const LoadOptions& options;
  net::EventLoop& loop;
  Tally& tally;
  Timeline timeline;
  absl::Span<char> buffer;  // to receive into: larger than a head can be

  Work* work = nullptr;          // null until all connections are open: nothing is sent before
  Nanoseconds measure_from = 0;  // requests that are due earlier are the warm-up
  bool measuring = false;        // it is later than that
  std::deque<LoadConnection*> idle = {};  // with nothing in flight; the longest idle first
  size_t in_flight = 0;                   // requests of all connections
  size_t next_request = 0;                // of options.requests
  uint64_t next_nonce = 0;
};

class LoadConnection {
 public:
  // From `source`, where that is set. Nothing happens before Begin.
  LoadConnection(LoadContext& context, const std::optional<net::Address>& source);
  LoadConnection(const LoadConnection&) = delete;
  LoadConnection& operator=(const LoadConnection&) = delete;

  // Connects; or waits for work to connect for, where connections are not kept.
  void Begin(Nanoseconds now);

  // There may be work for this connection, which is no longer in context.idle.
  void Wake(Nanoseconds now);

  // To be called now and then: sees to what is late.
  void Sweep(Nanoseconds now);

  // Gives up what is in flight, and closes.
  void Abort(Nanoseconds now);

  // Whether it is connected, or has failed to.
  bool settled() const { return state_ != State::kConnecting; }

 private:
  enum class State {
    kClosed,  // has nothing to connect for yet
    kConnecting,
    kOpen,
    kResting,  // after a connection that failed
  };

  // A request that was sent, or will be once the connection is there.
  struct InFlight {
    Nanoseconds due;
    Nanoseconds sent;
    const RequestBytes* request;
    uint64_t nonce;
  };

  void Connect(Nanoseconds now);
  void AdvanceConnect(Nanoseconds now);
  void OnConnected(net::UniqueFd socket, Nanoseconds now);
  void FailToConnect(Failure failure, Nanoseconds now);
  void SendAgain(Nanoseconds now);
  void Close();
  void BeginAnew(Nanoseconds now);

  void OnReady(net::Readiness readiness);
  void Receive();
  void Process(std::string_view input, Nanoseconds now);
  void CheckHead();
  void CheckBody(std::string_view piece);

  void Fill(Nanoseconds now);
  void Append(Nanoseconds due, Nanoseconds now);
  void Write(const InFlight& request);
  void Send();

  void FinishFirst(Nanoseconds now);
  void FailAll(Failure failure, Nanoseconds now);
  void FailInFlight(Failure failure, Nanoseconds now);
  void CountFailure(Failure failure, Nanoseconds due, Nanoseconds now);
  InFlight& first() { return ring_[first_]; }
  void PopFirst();

  LoadContext& context_;
  const std::optional<net::Address> source_;
  State state_ = State::kClosed;
  bool is_idle_ = false;  // in context_.idle
  bool spent_ = false;    // is held, and has carried its request
  Nanoseconds rest_until_ = 0;
  std::optional<net::Connector> connector_;
  net::UniqueFd socket_;
  net::Registration registration_;  // of the connector's or the socket's descriptor
  std::optional<ClientConnection> protocol_;
  bool input_ended_ = false;

  std::vector<InFlight> ring_;  // as many as may be in flight
  size_t first_ = 0;
  size_t count_ = 0;

  std::string unsent_;  // requests
  size_t unsent_begin_ = 0;
  bool sending_waits_ = false;  // until the socket takes more

  std::string unparsed_;         // the beginning of a head
  bool response_begun_ = false;  // its head is there
  int status_ = 0;               // of that response
  size_t body_size_ = 0;         // so far
  bool body_differs_ = false;    // from the expected one
  bool nonce_differs_ = false;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_LOAD_CONNECTION_H_
