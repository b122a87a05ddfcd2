// The article's client: connects, sends, receives.
//
//   bazel-bin/apps/lessons/iterative_server
//   bazel-bin/apps/lessons/socket_client
//
// What to look for: the client does not bind. The kernel gives its end of the connection an address
// and a free port, an ephemeral one, which is another each time. The two ends, four numbers, are
// the socket pair that tells this connection from all others; the server's is the same, turned
// round.
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/endpoints.h"

namespace forklift::lessons {
namespace {

absl::Status Talk() {
  const net::ConnectResult result =
      net::Connect({ServerAddress()}, {}, net::Deadline::After(absl::Minutes(1)));
  if (result.outcome != net::ConnectOutcome::kConnected) return result.error;

  const absl::StatusOr<net::Endpoints> pair = net::Endpoints::Of(result.connection.get());
  if (!pair.ok()) return pair.status();
  Print(absl::StrCat("Socket pair: {", pair->local, ", ", pair->peer, "}"));
  Print(absl::StrCat("Ephemeral port: ", pair->local.port(), "\n"));

  Send(result.connection, "test");
  Print(Receive(result.connection));
  return absl::OkStatus();
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv,
                                "Connects to a server, sends it a word and prints what comes back.",
                                forklift::lessons::Talk);
}
