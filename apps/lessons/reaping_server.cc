// The article's webserver3g, its end point: each signal waits for all children that have ended.
//
//   bazel-bin/apps/lessons/reaping_server
//   bazel-bin/apps/lessons/flood_client --max-clients=128 --max-conns=1
//   ps axo stat,args | grep -c '^Z.*reaping'   # 0
//
// What to look for: waitpid with WNOHANG, until it has no more to give. A child that ends after the
// last waitpid raises another SIGCHLD, which is pending while the handler runs and is delivered as
// it returns: none is lost. waitpid(-1) takes the children of every other part of the program too,
// such as a library that runs a program; proc::Reaper takes only its own, and not in a handler.
#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/disposition.h"

namespace forklift::lessons {
namespace {

constexpr int kRequestQueueSize = 1024;

void GrimReaper(int /*signal*/) {
  const int error = errno;  // the handler may interrupt any line of the program
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  errno = error;
}

void HandleRequest(const net::UniqueFd& connection) {
  Print(Receive(connection));
  Send(connection, kGreeting);
}

absl::Status ServeForever() {
  absl::StatusOr<net::Listener> listener = Listen(kRequestQueueSize);
  if (!listener.ok()) return listener.status();
  struct sigaction action = {};
  action.sa_flags = SA_NOCLDSTOP;  // for ends, not stops; no SA_RESTART: the article has none
  action.sa_handler = GrimReaper;
  const signals::ScopedDisposition reaping(SIGCHLD, action);
  while (true) {
    absl::StatusOr<net::UniqueFd> connection = Accept(*listener);  // net::RetryOnEintr(accept4)
    if (!connection.ok()) return connection.status();
    const absl::StatusOr<pid_t> child = proc::Fork([&] {
      listener->Close();
      HandleRequest(*connection);
      connection->reset();
      return 0;
    });
    if (!child.ok()) return child.status();
    connection->reset();
  }
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv,
                                "Waits for all children that have ended, at each signal.",
                                forklift::lessons::ServeForever);
}
