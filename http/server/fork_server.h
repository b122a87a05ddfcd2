// ForkServer is the concurrent server of the article: it forks a child for each connection.
//
// The parent accepts, forks and reaps; it never reads a request and never waits for a client. The
// child closes its copy of the listener, answers, and leaves by _exit; the parent closes its copy
// of the connection, so that the client sees its end when the child is done. What can fail on the
// way does not stop the server: an interrupted call, a connection that died in the queue, no
// descriptor left (clients are served by one kept in reserve; net/acceptor.h), no process left (the
// client is told 503); one line a second in the log. Log lines are written as they come: a standard
// error that nobody reads blocks the server once it is full.
//
// Owns the listener, the signals of Create, and its children; a parent that is killed takes them
// along. A child ignores SIGINT, SIGTERM, SIGQUIT and SIGPIPE: a handler that execs another program
// resets them first. For a program with a single thread: a fork copies only the one that calls it.
// One ForkServer a process.
//
//   absl::StatusOr<std::unique_ptr<ForkServer>> server = ForkServer::Create(options, handler);
//   if (!server.ok()) return server.status();
//   absl::PrintF("Serving HTTP on port %d ...\n", (*server)->address().port());
//   return (*server)->Run();
#ifndef FORKLIFT_HTTP_SERVER_FORK_SERVER_H_
#define FORKLIFT_HTTP_SERVER_FORK_SERVER_H_

#include <poll.h>
#include <stddef.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/refusals.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/self_pipe.h"

namespace forklift::http::server {

struct ForkServerOptions {
  net::Address address = net::Address::Ipv4Loopback(8888);
  net::ListenerOptions listener;
  size_t max_connections = 1024;  // children at once; further clients are told 503
  ExchangeLimits exchange;
  absl::Duration drain_timeout =
      absl::Seconds(25);  // for children to finish once a stop was asked for
};

class ForkServer {
 public:
  // Listens on options.address and catches SIGCHLD, SIGINT, SIGTERM and SIGQUIT. Errors as of
  // Listener::Bind and SelfPipe::Create; nothing is left behind then.
  static absl::StatusOr<std::unique_ptr<ForkServer>> Create(const ForkServerOptions& options,
                                                            Handler handler);

  // As bound, with the real port.
  const net::Address& address() const { return acceptor_.listener().local_address(); }

  // Serves until SIGINT, SIGTERM or SIGQUIT. Then it takes in what is in the queue already, closes
  // the listener, and returns OK when the children have finished; those that have not after
  // drain_timeout, or at a second SIGINT, are killed. A client that has sent nothing counts as one
  // to finish until its header_timeout. An error says that the listener can accept no
  // more. No child is left. To call once.
  absl::Status Run();

 private:
  ForkServer(const ForkServerOptions& options, Handler handler, net::Listener listener,
             std::unique_ptr<signals::SelfPipe> self_pipe);

  bool stopping() const { return drain_deadline_.has_value(); }

  void WaitForEvents();
  void HandleSignals();
  absl::Status Accept();
  net::AfterAccept TakeIn(net::Accepted accepted);
  void StartChild(net::Accepted accepted);
  void Refuse(net::Accepted accepted);
  void Stop();
  void KillChildren();

  const ForkServerOptions options_;
  const Handler handler_;
  net::Acceptor acceptor_;
  std::unique_ptr<signals::SelfPipe> self_pipe_;
  proc::Reaper reaper_;
  Refusals refusals_;
  std::vector<pollfd> poll_entries_;
  // Set once a stop was asked for.
  std::optional<net::Deadline> drain_deadline_;
  int accept_left_ = 0;       // connections still to take in, once stopping
  bool interrupted_ = false;  // by a SIGINT
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_FORK_SERVER_H_
