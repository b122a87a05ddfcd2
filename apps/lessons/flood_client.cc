// The article's client3: many clients, each with many connections at once.
//
//   bazel-bin/apps/lessons/flood_client --max-clients=128 --max-conns=1
//
// What to look for: each client is a process that opens all of its connections, sends on each as it
// opens it, prints the connection's number, and ends when all have begun to be answered. The
// article's own exits after its first connection, and its parent waits for no client: it has the
// faults that the servers are about. //apps:test_client is this one, grown up.
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <string_view>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/lessons/lesson.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"

ABSL_FLAG(uint32_t, max_conns, 1024, "Maximum number of connections per client.");
ABSL_FLAG(uint32_t, max_clients, 1, "Maximum number of clients.");

namespace forklift::lessons {
namespace {

constexpr std::string_view kRequest = "GET /hello HTTP/1.1\nHost: localhost:8888\n\n";

absl::Status BeOneClient() {
  std::vector<net::UniqueFd> connections;
  for (uint32_t number = 0; number < absl::GetFlag(FLAGS_max_conns); ++number) {
    net::ConnectResult result =
        net::Connect({ServerAddress()}, {}, net::Deadline::After(absl::Minutes(1)));
    if (result.outcome != net::ConnectOutcome::kConnected) return result.error;
    Send(result.connection, kRequest);
    connections.push_back(std::move(result.connection));
    Print(absl::StrCat(number));
  }
  for (const net::UniqueFd& connection : connections) {
    if (Receive(connection).empty()) return absl::UnavailableError("recv: closed without answer");
  }
  return absl::OkStatus();
}

absl::Status Flood() {
  std::vector<proc::Child> clients;
  for (uint32_t number = 0; number < absl::GetFlag(FLAGS_max_clients); ++number) {
    const absl::StatusOr<pid_t> client = proc::Fork([&] {
      clients.clear();  // this process's copies
      const absl::Status status = BeOneClient();
      return status.ok() ? 0 : apps::Complain(absl::StrCat("client ", number), status);
    });
    if (!client.ok()) return client.status();
    clients.emplace_back(*client);
  }
  size_t failed = 0;
  for (proc::Child& client : clients) {
    if (!client.Wait(net::Deadline::Infinite())->success()) ++failed;
  }
  if (failed == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(failed, " of ", clients.size(), " clients failed"));
}

}  // namespace
}  // namespace forklift::lessons

int main(int argc, char** argv) {
  return forklift::lessons::Run(argc, argv, "Opens many connections at once, from many processes.",
                                forklift::lessons::Flood);
}
