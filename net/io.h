// Moving bytes over a connected stream socket, in two ways: TryReceive, TrySend and TrySendFile
// never wait, for poll loops; Receive, SendAll and SendFileAll wait until a deadline.
//
// They borrow the descriptors and work alike on blocking and non-blocking sockets, but for the two
// of files: sendfile(2) waits on a blocking socket as long as its peer does not read. A call never
// waits past its deadline, and with one that has passed it never waits at all. A vanished peer
// raises no SIGPIPE. Interrupted calls go on. Safe across fork and from any thread, as far as the
// caller keeps two from mixing their bytes on one socket. Not for signal handlers (a failure
// allocates). Not for pipes and files: recv(2) and sendmsg(2) want a socket.
//
//   char buffer[4096];
//   const IoResult got = Receive(connection.get(), absl::MakeSpan(buffer), deadline);
//   if (got.outcome == IoOutcome::kOk) Use(std::string_view(buffer, got.bytes));
#ifndef FORKLIFT_NET_IO_H_
#define FORKLIFT_NET_IO_H_

#include <stddef.h>
#include <sys/types.h>

#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"

namespace forklift::net {

enum class IoOutcome {
  kOk,        // bytes moved
  kNotReady,  // only from the Try functions: nothing moved; wait until the socket is ready (EAGAIN)
  // The peer has sent all it will (FIN); only when receiving. For a file: it ends at this offset.
  kEnd,
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

// Whether more will be sent at once, so that the last segment may wait for it (MSG_MORE).
enum class MoreToCome { kNo, kYes };

inline constexpr size_t kMaxParts = 16;

// Receives 1 to buffer.size() bytes: what is there (recv). `buffer` must not be empty.
IoResult TryReceive(int socket, absl::Span<char> buffer);

// Sends as much of `parts`, in order, as the socket takes at once: with kOk all of it or less. A
// response's head and body leave in one segment (sendmsg). At most kMaxParts parts.
IoResult TrySend(int socket, absl::Span<const std::string_view> parts,
                 MoreToCome more = MoreToCome::kNo);

// Sends up to `count` bytes of `file` from `offset`, without copying them through this process
// (sendfile): with kOk as much as the socket takes at once. kEnd where the file ends at or before
// `offset`, as one that was truncated meanwhile does. Leaves the file's own position alone.
// `socket` must be non-blocking.
IoResult TrySendFile(int socket, int file, off_t offset, size_t count);

// The same for a caller that waits. Receive returns with what there is, once anything is.
IoResult Receive(int socket, absl::Span<char> buffer, Deadline deadline);

// All of `parts`, or an outcome other than kOk.
IoResult SendAll(int socket, absl::Span<const std::string_view> parts, Deadline deadline);

// All `count` bytes, or an outcome other than kOk; kEnd where the file has fewer. `socket` must be
// non-blocking.
IoResult SendFileAll(int socket, int file, off_t offset, size_t count, Deadline deadline);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_IO_H_
