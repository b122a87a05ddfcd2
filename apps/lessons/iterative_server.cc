// The article's webserver3a: one client at a time.
//
//   bazel-bin/apps/lessons/iterative_server
//   curl telnet://localhost:8888       # a client that says nothing
//   curl http://localhost:8888/hello   # waits until Ctrl-C has ended the first
//
// What to look for: accept, handle, close, one after the other. Who comes meanwhile waits in the
// queue of the listening socket. sleeping_server makes that easy to see, forking_server mends it.
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

namespace forklift::lessons {
namespace {

constexpr int kRequestQueueSize = 5;

void HandleRequest(const net::UniqueFd& connection) {
  Print(Receive(connection));
  Send(connection, kGreeting);
}

absl::Status ServeForever() {
  const absl::StatusOr<net::Listener> listener = Listen(kRequestQueueSize);
  if (!listener.ok()) return listener.status();
  while (true) {
    absl::StatusOr<net::UniqueFd> connection = Accept(*listener);
    if (!connection.ok()) return connection.status();
    HandleRequest(*connection);
    connection->reset();
  }
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv, "Serves one client at a time.",
                                forklift::lessons::ServeForever);
}
