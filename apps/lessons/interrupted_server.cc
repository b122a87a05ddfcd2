// The article's webserver3e: a handler of SIGCHLD waits for the child, and interrupts accept.
//
//   bazel-bin/apps/lessons/interrupted_server
//   curl http://localhost:8888/hello   # three seconds later, the server dies
//
// What to look for: "Child ... terminated with status 0", then "accept: Interrupted system call":
// after the handler, accept does not go on, but fails with EINTR. forgetful_server mends it.
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/listener.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/safe_message.h"

ABSL_FLAG(absl::Duration, delay, absl::Seconds(3), "to sleep for after the answer");

namespace forklift::lessons {
namespace {

constexpr int kRequestQueueSize = 5;

void GrimReaper(int /*signal*/) {
  const int error = errno;  // the handler may interrupt any line of the program
  int status = 0;
  const pid_t child = ::wait(&status);
  signals::SafeMessage message;  // printf may not be called in a handler
  message << "Child " << child << " terminated with status " << status << "\n\n";
  message.WriteTo(STDOUT_FILENO);
  errno = error;
}

void HandleRequest(const net::UniqueFd& connection) {
  Print(Receive(connection));
  Send(connection, kGreeting);
  absl::SleepFor(absl::GetFlag(FLAGS_delay));  // until the parent is back in accept
}

absl::Status ServeForever() {
  absl::StatusOr<net::Listener> listener = Listen(kRequestQueueSize);
  if (!listener.ok()) return listener.status();
  struct sigaction action = {};
  action.sa_flags = SA_NOCLDSTOP;  // for ends, not stops; no SA_RESTART: the article has none
  action.sa_handler = GrimReaper;
  const signals::ScopedDisposition reaping(SIGCHLD, action);
  while (true) {
    // Wrong: a plain accept. Accept, and all else in net, goes on after a signal.
    net::UniqueFd connection(::accept4(listener->fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid()) return net::PosixError(errno, "accept");
    const absl::StatusOr<pid_t> child = proc::Fork([&] {
      listener->Close();
      HandleRequest(connection);
      connection.reset();
      return 0;
    });
    if (!child.ok()) return child.status();
    connection.reset();
  }
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv,
                                "Waits for children in a signal handler, which interrupts accept.",
                                forklift::lessons::ServeForever);
}
