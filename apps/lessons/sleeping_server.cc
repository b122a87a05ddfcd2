// The article's webserver3b: one client at a time, and each takes a minute.
//
//   bazel-bin/apps/lessons/sleeping_server
//   curl http://localhost:8888/hello   # has its answer at once, and its end after a minute
//   curl http://localhost:8888/hello   # meanwhile: connects, and hangs
//
// What to look for: the second curl is connected (ss -t shows it), although the server sleeps: the
// kernel has put it into the queue, whose size is listen's argument. It is not served until the
// server is back in accept. The server sleeps before it closes, so the first curl waits for the
// end of the connection, which is the end of the answer. forking_server mends it.
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

ABSL_FLAG(absl::Duration, delay, absl::Seconds(60), "to sleep for after the answer");

namespace forklift::lessons {
namespace {

constexpr int kRequestQueueSize = 5;

void HandleRequest(const net::UniqueFd& connection) {
  Print(Receive(connection));
  Send(connection, kGreeting);
  absl::SleepFor(absl::GetFlag(FLAGS_delay));
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
  return forklift::lessons::Run(argc, argv, "Serves one client at a time, and sleeps after each.",
                                forklift::lessons::ServeForever);
}
