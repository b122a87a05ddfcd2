// SendDescriptors and ReceiveDescriptors hand open descriptors to another process over a connected
// Unix socket (SCM_RIGHTS, unix(7)), in batches with a payload.
//
// Works over stream and seqpacket sockets (CreateSocketPair, or a listener on a Unix path), both
// ends by these functions. A batch may be larger than the kernel's limit of 253 a message: it goes
// in several, told apart by a header, so on a stream too one batch never runs into the next.
// Batches arrive in the order they were sent.
//
// They borrow the socket, work alike on blocking and non-blocking ones, and block up to the
// deadline. What is sent stays the sender's, who closes it when it likes: the kernel keeps the copy
// that is under way. What is received is owned and CLOEXEC from birth; on any error everything that
// came is closed. A vanished peer raises no SIGPIPE. Safe across fork and from any thread, but one
// sender and one receiver at a time to a socket. Not for signal handlers.
//
//   IoResult sent = SendDescriptors(pair.first.get(), {listener.fd()}, "web", deadline);
//   ReceivedDescriptors got = ReceiveDescriptors(pair.second.get(), {.descriptors = 1}, deadline);
//   if (got.outcome == IoOutcome::kOk) Serve(std::move(got.descriptors[0]));
#ifndef FORKLIFT_NET_FD_PASSING_H_
#define FORKLIFT_NET_FD_PASSING_H_

#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

// Sends one batch; either may be empty. `bytes` of the result counts those of the payload.
// kTimedOut where the socket had no room for a beginning: nothing was sent, so try again later, or
// another peer. kFailed where the deadline came in the middle of the batch, and also where one of
// `descriptors` is not open (EBADF), where the payload is larger than a seqpacket socket's send
// buffer (EMSGSIZE), and where too many descriptors are under way that nobody has received
// (ETOOMANYREFS: a user's RLIMIT_NOFILE). After kFailed the peer may have a part of a batch: close
// the socket.
IoResult SendDescriptors(int socket, absl::Span<const int> descriptors, std::string_view payload,
                         Deadline deadline);

// The most that is taken in one batch.
struct BatchLimits {
  size_t descriptors = 64;
  size_t payload = 64 * 1024;  // bytes
};

struct [[nodiscard]] ReceivedDescriptors {
  IoOutcome outcome;
  std::vector<UniqueFd> descriptors;  // with kOk, in the order they were sent in
  std::string payload;                // with kOk
  absl::Status error;                 // set only with kFailed
};

// Receives one batch. kEnd where the peer has closed and no batch had begun, kTimedOut where none
// had begun by the deadline: try again later. kPeerGone where the peer closed in the middle of one.
// kFailed where the deadline came there, where the batch is above `limits`, where what comes is not
// a batch, and where this process has no room for the descriptors (RLIMIT_NOFILE; the kernel drops
// them, MSG_CTRUNC): close the socket. A peer cannot make this process hold more than `limits` even
// for a moment. SO_PASSCRED and its like must be off.
ReceivedDescriptors ReceiveDescriptors(int socket, const BatchLimits& limits, Deadline deadline);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_FD_PASSING_H_
