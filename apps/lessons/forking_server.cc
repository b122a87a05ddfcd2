// The article's webserver3c: a child process for each connection.
//
//   bazel-bin/apps/lessons/forking_server
//   curl http://localhost:8888/hello   # any number at once: each has its answer at once
//   ps axo pid,ppid,stat,args | grep [f]orking
//
// What to look for: fork returns twice. The child has copies of both descriptors; each process
// closes the one that it does not need, and the connection ends when the last copy of it is
// closed. Once a child has slept and ended, ps shows it still, as <defunct>: leaking_server shows
// what becomes of that, reaping_server mends it.
#include <sys/types.h>
#include <unistd.h>

#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/fork.h"

ABSL_FLAG(absl::Duration, delay, absl::Seconds(60), "to sleep for after the answer");

namespace forklift::lessons {
namespace {

constexpr int kRequestQueueSize = 5;

void HandleRequest(const net::UniqueFd& connection) {
  const std::string request = Receive(connection);
  Print(absl::StrFormat("Child PID: %d. Parent PID %d", ::getpid(), ::getppid()));
  Print(request);
  Send(connection, kGreeting);
  absl::SleepFor(absl::GetFlag(FLAGS_delay));
}

absl::Status ServeForever() {
  absl::StatusOr<net::Listener> listener = Listen(kRequestQueueSize);
  if (!listener.ok()) return listener.status();
  Print(absl::StrFormat("Parent PID (PPID): %d\n", ::getpid()));
  while (true) {
    absl::StatusOr<net::UniqueFd> connection = Accept(*listener);
    if (!connection.ok()) return connection.status();
    const absl::StatusOr<pid_t> child = proc::Fork([&] {
      listener->Close();  // the child's copy
      HandleRequest(*connection);
      connection->reset();
      return 0;  // Fork leaves by _exit
    });
    if (!child.ok()) return child.status();
    connection->reset();  // the parent's copy
    // Wrong: nobody ever waits for `child`, which stays as a zombie.
  }
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv,
                                "Forks a child for each connection, which sleeps after the answer.",
                                forklift::lessons::ServeForever);
}
