// The concurrent server: a child process for each connection, and no zombie left of it.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/hello_world.h"
#include "forklift/apps/listen_address.h"
#include "forklift/apps/program.h"
#include "forklift/http/server/fork_server.h"

ABSL_FLAG(std::string, bind, "127.0.0.1:8888", "IPV4:PORT, [IPV6]:PORT or unix:PATH");
ABSL_FLAG(std::optional<uint16_t>, port, std::nullopt, "instead of --bind's; 0 takes a free one");
ABSL_FLAG(int, backlog, 1024, "connections that may wait to be accepted");
ABSL_FLAG(size_t, max_connections, 1024, "served at once; further clients are told 503");
ABSL_FLAG(absl::Duration, header_timeout, absl::Seconds(10), "for a request's head to arrive");
ABSL_FLAG(absl::Duration, write_timeout, absl::Seconds(30), "for a response to be taken");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(25), "for connections to finish at a stop");

constexpr char kSummary[] =
    R"(Serves HTTP: a child process for each connection says "Hello, World!".
SIGTERM, SIGQUIT and SIGINT (Ctrl-C) finish what is in flight; a second SIGINT stops at once.)";

int main(int argc, char** argv) {
  namespace apps = forklift::apps;
  apps::StartProgram();
  const std::optional<int> exit_code = apps::ParseCommandLine(argc, argv, kSummary);
  if (exit_code) return *exit_code;

  const auto address = apps::ListenAddress(absl::GetFlag(FLAGS_bind), absl::GetFlag(FLAGS_port));
  if (!address.ok()) return apps::Complain(argv[0], address.status());

  const auto server = forklift::http::server::ForkServer::Create(
      {.address = *address,
       .listener = {.backlog = absl::GetFlag(FLAGS_backlog)},
       .max_connections = absl::GetFlag(FLAGS_max_connections),
       .exchange = {.header_timeout = absl::GetFlag(FLAGS_header_timeout),
                    .write_timeout = absl::GetFlag(FLAGS_write_timeout)},
       .drain_timeout = absl::GetFlag(FLAGS_drain_timeout)},
      apps::HelloWorld);
  if (!server.ok()) return apps::Complain(argv[0], server.status());

  apps::AnnounceReadiness((*server)->address());
  const absl::Status served = (*server)->Run();
  if (served.ok()) return apps::kExitSuccess;
  apps::Complain(argv[0], served);
  return apps::kExitFailure;
}
