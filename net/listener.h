// Listener is a bound, listening stream socket that accepts without ever blocking.
//
// It owns the socket. TryAccept never waits: poll fd() for readability first. After fork the child
// has a copy of the socket: it destroys or Closes its own, and the port stays with the parent; as
// long as any copy is open, the kernel goes on queueing connections. Not for signal handlers. One
// object, one thread.
//
//   absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(8888), {});
//   if (!listener.ok()) return listener.status();
//   AcceptResult accepted = listener->TryAccept();
//   if (accepted.outcome == AcceptOutcome::kAccepted) Serve(std::move(accepted.connection));
#ifndef FORKLIFT_NET_LISTENER_H_
#define FORKLIFT_NET_LISTENER_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

struct ListenerOptions {
  // Connections that may wait to be accepted, at least 1. More than the system allows
  // (/proc/sys/net/core/somaxconn) is cut to that, with a warning in the log.
  int backlog = 1024;
  // SO_REUSEADDR: bind although old connections on the port are still in TIME_WAIT. A live owner of
  // the port is still an error.
  bool reuse_address = true;
};

enum class AcceptOutcome {
  kAccepted,
  kNotReady,  // nothing is waiting, or another process took it (EAGAIN): poll again
  // That connection died in the queue or was refused (ECONNABORTED and its like): try the next, but
  // not without end.
  kAborted,
  kOutOfDescriptors,  // EMFILE, ENFILE: the connection stays in the queue; do not try again at once
  kOutOfMemory,       // ENOBUFS, ENOMEM: likewise
  kFailed,            // this listener will never accept again
};

struct [[nodiscard]] AcceptResult {
  AcceptOutcome outcome;
  UniqueFd connection;          // with kAccepted: non-blocking, CLOEXEC
  std::optional<Address> peer;  // with kAccepted, unless Address cannot hold it
  absl::Status error;           // OK with kAccepted and kNotReady; else names the call
};

class Listener {
 public:
  // Binds `address` and listens, with TCP_NODELAY for what is accepted. Port 0 takes an ephemeral
  // port, which local_address() tells. Errors name the call, the address and what to do: the port
  // is in use (EADDRINUSE), privileged (EACCES) or the address is no one of this machine's
  // (EADDRNOTAVAIL). A Unix path must not exist yet, and stays when the listener is closed.
  static absl::StatusOr<Listener> Bind(const Address& address, const ListenerOptions& options);

  // Takes one waiting connection (accept4).
  AcceptResult TryAccept();

  // To poll for readability; -1 once closed.
  int fd() const { return socket_.get(); }

  // As bound, with the real port.
  const Address& local_address() const { return local_address_; }

  // Closes this process's copy. Connections still in the queue are lost when it was the last one.
  void Close() { socket_.reset(); }

 private:
  Listener(UniqueFd socket, const Address& local_address)
      : socket_(std::move(socket)), local_address_(local_address) {}

  UniqueFd socket_;
  Address local_address_;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_LISTENER_H_
