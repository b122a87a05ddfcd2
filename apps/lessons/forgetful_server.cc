// The article's webserver3f: accept goes on after a signal, but one signal is one wait.
//
//   bazel-bin/apps/lessons/forgetful_server
//   curl http://localhost:8888/hello   # no zombie stays
//   bazel-bin/apps/lessons/flood_client --max-clients=128 --max-conns=1
//   ps axo stat,args | grep -c '^Z.*forgetful'   # zombies are back: some of 128
//
// What to look for: signals do not queue. Of the children that end before the handler runs, or
// while it does, only one more is told of: SIGCHLD says that at least one has ended, not how many.
// reaping_server mends it.
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
  const int error = errno;
  ::wait(nullptr);  // wrong: there may be more than one
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
  return forklift::lessons::Run(argc, argv, "Waits for one child a signal, and so forgets some.",
                                forklift::lessons::ServeForever);
}
