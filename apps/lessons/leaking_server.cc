// The article's webserver3d: the parent keeps its copy of every connection, and waits for no child.
//
//   bazel-bin/apps/lessons/leaking_server
//   curl http://localhost:8888/hello   # prints the answer, and never ends
//   ps axo pid,ppid,stat,args | grep [l]eaking   # a <defunct> child a request
//
// What to look for: the child closes its copy and ends, but the parent has another, so the kernel
// does not close the connection, and curl waits for its end. With `ulimit -n 256`, some 250 clients
// use up the descriptors: "accept: Too many open files". With `ulimit -u 400` (not as root, whom
// it does not bind), the zombies use up the processes: "fork: Resource temporarily unavailable".
//
//   bazel-bin/apps/lessons/flood_client --max-clients=300 --max-conns=1
//
// The wrong line is marked. forking_server closes, and reaping_server waits.
#include <sys/types.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/fork.h"

namespace forklift::lessons {
namespace {

constexpr int kRequestQueueSize = 5;

void HandleRequest(const net::UniqueFd& connection) {
  (void)Receive(connection);
  Send(connection, kGreeting);
}

absl::Status ServeForever() {
  absl::StatusOr<net::Listener> listener = Listen(kRequestQueueSize);
  if (!listener.ok()) return listener.status();
  std::vector<net::UniqueFd> clients;
  while (true) {
    absl::StatusOr<net::UniqueFd> connection = Accept(*listener);
    if (!connection.ok()) return connection.status();
    const absl::StatusOr<pid_t> child = proc::Fork([&] {
      listener->Close();
      HandleRequest(*connection);
      connection->reset();
      return 0;
    });
    if (!child.ok()) return child.status();
    // Wrong, twice: the connection should be closed, and somebody should wait for `child`.
    clients.push_back(*std::move(connection));
    Print(absl::StrCat(clients.size()));
  }
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv,
                                "Forks a child for each connection, and neither closes nor waits.",
                                forklift::lessons::ServeForever);
}
