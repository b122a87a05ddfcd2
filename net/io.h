// Receive and SendAll move bytes over a connected stream socket, each with a deadline.
//
// They borrow the descriptor and work alike on blocking and non-blocking sockets: a call never
// waits past its deadline, and with a deadline that has passed it never waits at all. A vanished
// peer raises no SIGPIPE. Interrupted calls go on. Safe across fork and from any thread, as far as
// the caller keeps two from mixing their bytes on one socket. Not for signal handlers (a failure
// allocates). Not for pipes and files: recv(2) and sendmsg(2) want a socket.
//
//   char buffer[4096];
//   const IoResult got = Receive(connection.get(), absl::MakeSpan(buffer), deadline);
//   if (got.outcome == IoOutcome::kOk) Use(std::string_view(buffer, got.bytes));
#ifndef FORKLIFT_NET_IO_H_
#define FORKLIFT_NET_IO_H_

#include <stddef.h>

#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"

namespace forklift::net {

enum class IoOutcome {
  kOk,   // bytes moved
  kEnd,  // the peer has sent all it will (FIN); only from Receive
  // The peer closed or reset the connection, or the network lost it (ECONNRESET, EPIPE, ETIMEDOUT,
  // EHOSTUNREACH, ENETUNREACH): ordinary, not worth an error line.
  kPeerGone,
  kTimedOut,  // the deadline came first
  kFailed,    // anything else: see `error`
};

struct [[nodiscard]] IoResult {
  IoOutcome outcome;
  size_t bytes;        // moved by this call, whatever the outcome
  absl::Status error;  // names the call; set only with kFailed
};

// Receives 1 to buffer.size() bytes: what is there, once anything is. `buffer` must not be empty.
IoResult Receive(int socket, absl::Span<char> buffer, Deadline deadline);

// Sends all of `parts` in order, gathered into as few sendmsg(2) calls as the socket takes, so that
// a response's head and body leave in one segment. At most kMaxParts parts.
IoResult SendAll(int socket, absl::Span<const std::string_view> parts, Deadline deadline);

inline constexpr size_t kMaxParts = 16;

}  // namespace forklift::net

#endif  // FORKLIFT_NET_IO_H_
