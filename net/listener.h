// Listener is a bound, listening stream socket that accepts without ever blocking.
//
// It owns the socket, and the file of a Unix socket that it bound. TryAccept never waits: poll fd()
// for readability first. After fork the child has a copy of the socket: it destroys or Closes its
// own, and the port and the file stay with the parent; as long as any copy is open, the kernel goes
// on queueing connections. Not for signal handlers. One object, one thread.
//
// What to do when descriptors run out is acceptor.h's.
//
//   absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(8888), {});
//   if (!listener.ok()) return listener.status();
//   AcceptResult accepted = listener->TryAccept();
//   if (accepted.outcome == AcceptOutcome::kAccepted) Serve(std::move(accepted.connection));
#ifndef FORKLIFT_NET_LISTENER_H_
#define FORKLIFT_NET_LISTENER_H_

#include <sys/types.h>

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/unix_socket_path.h"

namespace forklift::net {

struct ListenerOptions {
  // Connections that may wait to be accepted, at least 1. More than the system allows
  // (/proc/sys/net/core/somaxconn) is cut to that, with a warning in the log.
  int backlog = 1024;
  // SO_REUSEADDR: bind although old connections on the port are still in TIME_WAIT. A live owner of
  // the port is still an error.
  bool reuse_address = true;
  bool reuse_port = false;                             // see SetReusePort
  bool ipv6_only = true;                               // [::] does not take IPv4's port too
  absl::Duration defer_accept = absl::ZeroDuration();  // see SetDeferAccept; TCP only
  // The permissions of a Unix socket's file, whatever the umask: who may write to it may connect.
  // Without it, the umask decides.
  std::optional<mode_t> unix_mode;
};

enum class AcceptOutcome {
  kAccepted,
  kNotReady,  // nothing is waiting, or another process took it (EAGAIN): poll again
  // That connection died in the queue or was refused (ECONNABORTED and its like): try the next, but
  // not without end.
  kAborted,
  // EMFILE, ENFILE: what waits, if anything does, stays in the queue (the kernel looks for a
  // descriptor first); do not try again at once.
  kOutOfDescriptors,
  kOutOfMemory,  // ENOBUFS, ENOMEM: likewise
  kFailed,       // this listener will never accept again
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
  // (EADDRNOTAVAIL). A Unix path must not exist yet, as nobody can tell whose it is; it is removed
  // by Close and the destructor of the process that bound it.
  static absl::StatusOr<Listener> Bind(const Address& address, const ListenerOptions& options);

  // Takes over a listening socket that was made elsewhere (inherited_sockets.h), and makes it
  // CLOEXEC, non-blocking and, over TCP, TCP_NODELAY. Its maker stays in charge, but see
  // TakeCharge. kInvalidArgument where it does not listen; the descriptor is closed then.
  static absl::StatusOr<Listener> Adopt(UniqueFd socket);

  // Takes one waiting connection (accept4).
  AcceptResult TryAccept();

  // To poll for readability; -1 once closed.
  int fd() const { return socket_.get(); }

  // As bound, with the real port.
  const Address& local_address() const { return local_address_; }

  // As socket_options.h has it, before Close, where nobody goes on with the socket. Does nothing
  // where another is in charge, who may keep it, nor to a Unix socket.
  absl::Status IgnoreNewClients();

  // Closes this process's copy, and removes the Unix path where it is in charge. Connections still
  // in the queue are lost when it was the last copy.
  void Close();

  // Whether it decides about more than this process's copy: that there are no new clients, and that
  // the Unix path goes. So does who has called Bind, up to a hand-over to another process that has
  // a copy of the socket (a daemon's child, the next version of a running program): one gives it
  // up, the other takes it over. That fails, and does nothing, where there is a path which is no
  // socket (any more): kFailedPrecondition or an error of lstat.
  bool in_charge() const { return in_charge_; }
  void GiveUpCharge();
  absl::Status TakeCharge();

 private:
  Listener(UniqueFd socket, const Address& local_address, bool in_charge,
           std::optional<UnixSocketPath> unix_path)
      : socket_(std::move(socket)),
        local_address_(local_address),
        in_charge_(in_charge),
        unix_path_(std::move(unix_path)) {}

  UniqueFd socket_;
  Address local_address_;
  bool in_charge_;
  std::optional<UnixSocketPath> unix_path_;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_LISTENER_H_
