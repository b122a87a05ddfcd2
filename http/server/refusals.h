// Refusals turns connections away with 503 Service Unavailable, without a process or a thread for
// them and without ever blocking the caller's loop.
//
// Owns the connections that it was given until they are closed. Each is answered at once, then
// closed lingeringly, so that the answer arrives although the request has not been read. It is
// bounded: beyond kMax the oldest is closed at once. One object, one thread; a forked child calls
// Clear.
#ifndef FORKLIFT_HTTP_SERVER_REFUSALS_H_
#define FORKLIFT_HTTP_SERVER_REFUSALS_H_

#include <poll.h>
#include <stddef.h>

#include <deque>
#include <vector>

#include "forklift/net/deadline.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {

class Refusals {
 public:
  static constexpr size_t kMax = 128;

  // Answers 503 and begins to close.
  void Add(net::UniqueFd connection);

  // The same for a connection whose descriptor is needed at once: drops what the client has sent so
  // far and closes. The answer may be lost to a client that goes on sending.
  static void RefuseAtOnce(net::UniqueFd connection);

  // What the caller's poll(2) shall wait for: these descriptors, until this deadline.
  void AppendPollEntries(std::vector<pollfd>& entries) const;
  net::Deadline NextDeadline() const;

  // Closes those whose peer has closed or whose time is up. To call after each poll.
  void Advance();

  // Closes all at once.
  void Clear() { closing_.clear(); }

  bool empty() const { return closing_.empty(); }

 private:
  // Whether the client is still there.
  static bool Answer(const net::UniqueFd& connection);

  std::deque<net::LingeringClose> closing_;  // oldest first; all have the same timeout
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_REFUSALS_H_
