// Socket options by name, each with its unit and its trap.
//
// They borrow the socket, never block, and change the socket itself, which copies (dup, fork)
// share. Thread-safe. Not for signal handlers (errors allocate). An error names the option
// (setsockopt(2)): the socket is of a kind that lacks it (ENOPROTOOPT, EOPNOTSUPP), the value is
// out of range (EINVAL, EDOM), or the descriptor is no socket (ENOTSOCK).
#ifndef FORKLIFT_NET_SOCKET_OPTIONS_H_
#define FORKLIFT_NET_SOCKET_OPTIONS_H_

#include <stddef.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/pipe.h"

namespace forklift::net {

// Before bind: take a port although connections of its last owner are in TIME_WAIT. A live owner is
// still an error (at listen, at the latest). SO_REUSEADDR.
absl::Status SetReuseAddress(int socket, bool on);

// Before bind, on each socket: several listeners of one user share a port, and the kernel gives
// each connection to one of them. To close one loses the connections in its queue: hand the
// descriptor over instead. SO_REUSEPORT.
absl::Status SetReusePort(int socket, bool on);

// Before bind, for IPv6: leave IPv4 clients to another socket. IPV6_V6ONLY.
absl::Status SetIpv6Only(int socket, bool on);

// Before bind with port 0, to connect: the kernel chooses the ephemeral port once it knows the
// peer, so that a port serves connections to many. IP_BIND_ADDRESS_NO_PORT, for IPv6 too.
absl::Status SetBindAddressNoPort(int socket, bool on);

// Sends small segments at once instead of waiting for the acknowledgement of the last (Nagle). A
// connection inherits it from its listener. TCP_NODELAY.
absl::Status SetNoDelay(int socket, bool on);

// A listener reports a connection only when its client has sent something, or `timeout` has passed,
// which the kernel rounds to its retransmissions of 1, 3, 7 ... seconds; zero switches it off.
// TCP_DEFER_ACCEPT.
absl::Status SetDeferAccept(int listener, absl::Duration timeout);

// For a listener that is about to close: the kernel leaves new clients unanswered, on every copy of
// the socket and for good, so that its queue runs dry and nobody is in it when the last copy goes,
// which would reset them. Who has begun still comes (pending_handshakes.h). The others' kernel asks
// again after a second, and finds the port closed, or its next owner. TCP only; kernels may leave
// it to CAP_NET_ADMIN (EPERM). SO_ATTACH_FILTER.
absl::Status IgnoreNewClients(int listener);

// Probes a silent peer after `idle`, then every `interval`, and gives the connection up after
// `probes` without an answer. Whole seconds, at least 1 (rounded up).
struct KeepAlive {
  absl::Duration idle = absl::Seconds(60);
  absl::Duration interval = absl::Seconds(10);
  int probes = 6;
};
// Nothing switches it off. SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT.
absl::Status SetKeepAlive(int socket, const std::optional<KeepAlive>& keep_alive);

// How close(2) treats what was not sent yet: nothing (the default) sends it in the background; zero
// drops it and resets the connection; more blocks close up to that time (whole seconds, rounded
// up), on a non-blocking socket too. SO_LINGER. To close so that an answer arrives see
// lingering_close.h.
absl::Status SetLinger(int socket, std::optional<absl::Duration> timeout);

// The size of the kernel's buffers in bytes. It doubles what is asked, for its own use, and cuts it
// to net.core.wmem_max and rmem_max silently. Before connect or listen, where it is to have an
// effect on TCP's window. SO_SNDBUF, SO_RCVBUF.
absl::Status SetSendBuffer(int socket, size_t bytes);
absl::Status SetReceiveBuffer(int socket, size_t bytes);

// The blocking mode of the open file, for a descriptor that was inherited; our own are born right.
// fcntl O_NONBLOCK.
absl::Status SetBlockingMode(int fd, BlockingMode mode);

// Whether it is a listener, rather than connected or neither. SO_ACCEPTCONN.
absl::StatusOr<bool> IsListening(int socket);

// What has gone wrong on the socket since it was asked last, as a value of errno; 0 for nothing.
// SO_ERROR.
int TakeSocketError(int socket);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_SOCKET_OPTIONS_H_
