// LingeringClose closes a connection so that what was sent last still arrives.
//
// close(2) with unread input, or input that comes later, makes TCP send a reset, and a reset may
// discard the answer before the peer has read it (RFC 9112 section 9.6). So: first shut down the
// sending side, then drop what the peer still sends until it closes too, within a bound of time and
// of bytes.
//
// Owns the connection. The class never blocks, for use in a poll loop; the function LingerAndClose
// does, up to its timeout. Safe across fork; not for signal handlers. One object, one thread.
//
//   LingeringClose closing(std::move(connection), {});
//   while (!closing.Advance()) PollForReading(closing.fd(), closing.deadline());
#ifndef FORKLIFT_NET_LINGERING_CLOSE_H_
#define FORKLIFT_NET_LINGERING_CLOSE_H_

#include <stddef.h>

#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

struct LingerLimits {
  absl::Duration timeout = absl::Seconds(2);
  // An upload that is answered early goes on until its client looks at the answer; a client that is
  // cut off before that may never look.
  size_t bytes = 64 << 20;
};

class LingeringClose {
 public:
  // Shuts down the sending side of `connection`, a stream socket.
  LingeringClose(UniqueFd connection, const LingerLimits& limits);

  // Drops what has arrived, or a part of it. True once there is nothing more to wait for, because
  // the peer has closed or reset the connection, or because a limit is reached: it is closed with
  // the object. Otherwise call again when fd() is readable or deadline() has passed.
  bool Advance();

  // To poll.
  int fd() const { return connection_.get(); }
  Deadline deadline() const { return deadline_; }

 private:
  friend void LingerAndClose(UniqueFd connection, const LingerLimits& limits);

  bool AdvanceUntil(Deadline wait_until);

  UniqueFd connection_;
  Deadline deadline_;
  size_t bytes_left_;
};

// The same for a caller that may block.
void LingerAndClose(UniqueFd connection, const LingerLimits& limits);

// Closes a connection between two requests, of which its peer was not told: one that sends a
// request at the same time finds an end, not a reset, and may send it again elsewhere (RFC 9112
// section 9.3.1). Never blocks.
void CloseIdle(UniqueFd connection);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_LINGERING_CLOSE_H_
