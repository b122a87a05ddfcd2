// Connector connects a stream socket to the first of several addresses that takes it, by a
// deadline.
//
// Owns the socket until it hands it over. The class never blocks, for use in a poll loop; the
// function Connect does, up to its deadline. A signal does no harm: an interrupted connect(2) goes
// on in the background and is waited for (POSIX connect). Safe across fork, but a child that
// inherits a connector shares its connection: destroy it there. Not for signal handlers. One
// object, one thread. Not for datagram sockets, and not for host names: see resolver.h.
//
//   Connector connector({address}, {}, Deadline::After(absl::Seconds(5)));
//   ConnectResult result = connector.Advance();
//   while (result.outcome == ConnectOutcome::kInProgress) {
//     if (!WaitReady(connector.fd(), POLLOUT, connector.deadline()).ok()) break;
//     result = connector.Advance();
//   }
//   if (result.outcome != ConnectOutcome::kConnected) return result.error;
#ifndef FORKLIFT_NET_CONNECTOR_H_
#define FORKLIFT_NET_CONNECTOR_H_

#include <stddef.h>

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

struct ConnectOptions {
  // To connect from, of the same family as what is connected to. With port 0 the kernel chooses an
  // ephemeral port once it knows the peer (IP_BIND_ADDRESS_NO_PORT), so that a port serves many
  // peers. A Unix path is created, and stays.
  std::optional<Address> local;
  // Bytes of the kernel's buffer to receive into, as SetReceiveBuffer has it: TCP's window, which
  // is agreed upon while connecting, has no more. A Unix socket has the sender's buffer instead.
  std::optional<size_t> receive_buffer;
};

enum class ConnectOutcome {
  kConnected,
  kInProgress,  // not yet: wait, then Advance again; never from Connect
  // Nobody listens there (ECONNREFUSED, a Unix path that does not exist), or the peer turned the
  // connection away (ECONNRESET), or TCP had connected the socket to itself.
  kRefused,
  kTimedOut,     // the deadline came first, or the kernel gave up (ETIMEDOUT)
  kUnreachable,  // no way to that host or network (EHOSTUNREACH, ENETUNREACH and their like)
  // All ephemeral ports towards that peer are in use (EADDRNOTAVAIL); with IPv6, it may also be
  // that this machine has no address to connect from.
  kNoEphemeralPorts,
  kFailed,  // anything else, such as no descriptor left: see `error`
};

struct [[nodiscard]] ConnectResult {
  ConnectOutcome outcome;
  UniqueFd connection;  // with kConnected: non-blocking, CLOEXEC, and with TCP_NODELAY over TCP
  absl::Status error;   // OK with kConnected and kInProgress; else what each address came to
};

class Connector {
 public:
  // Will try `addresses`, at least one, in turn. Each has an equal share of the time that is left
  // when its turn comes, so that one that never answers leaves time for the next; the last has all
  // that is left. Nothing happens before the first Advance.
  Connector(std::vector<Address> addresses, const ConnectOptions& options, Deadline deadline);

  // Goes as far as it can without waiting. After kInProgress, call it again when fd() is writable
  // or deadline() has passed; any other outcome is the last, and `outcome` is that of the address
  // tried last.
  ConnectResult Advance();

  // To poll for writing; -1 where there is only time to wait for: the listener of a Unix socket has
  // no room in its backlog (connect gives EAGAIN, and nothing to poll), so it is tried again. An
  // Advance may close it and go on with another: cancel a poller's entry before, and add one after.
  int fd() const { return connecting_ ? socket_.get() : -1; }

  // When to Advance although nothing happened. Not later than the deadline of the whole.
  Deadline deadline() const;

 private:
  // What one address has come to.
  struct Attempt {
    ConnectOutcome outcome;
    absl::Status error;
  };

  const Address& address() const { return addresses_[current_]; }
  void BeginAddress();
  Attempt Start();
  Attempt OpenSocket();
  Attempt Finish();
  Attempt CheckConnected();
  Attempt Failure(int error_number) const;

  std::vector<Address> addresses_;
  ConnectOptions options_;
  Deadline whole_;
  size_t current_ = 0;  // of addresses_
  Deadline share_;      // of the current address
  UniqueFd socket_;
  bool connecting_ = false;     // connect(2) goes on in the background
  Deadline retry_at_;           // of a connect(2) that has nothing to poll
  absl::Duration retry_delay_;  // before the next one
  absl::Status errors_;         // of the addresses that failed
};

// The same for a caller that may block.
ConnectResult Connect(std::vector<Address> addresses, const ConnectOptions& options,
                      Deadline deadline);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_CONNECTOR_H_
