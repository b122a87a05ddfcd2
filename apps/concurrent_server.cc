// The concurrent server: by default a child process for each connection, and no zombie left of it.
#include <optional>

#include "absl/status/statusor.h"
#include "forklift/apps/application.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/program.h"
#include "forklift/apps/run_server.h"
#include "forklift/apps/server_flags.h"
#include "forklift/http/server/server_options.h"

constexpr char kSummary[] =
    R"(Serves HTTP by one of five concurrency models: the files of a folder, or "Hello, World!".
SIGTERM, SIGQUIT and SIGINT (Ctrl-C) finish what is in flight; a second SIGINT stops at once.
SIGHUP replaces the workers, SIGUSR1 reopens the access log, SIGUSR2 upgrades the binary.)";

int main(int argc, char** argv) {
  namespace apps = forklift::apps;
  apps::StartProgram();
  const std::optional<int> exit_code = apps::ParseCommandLine(argc, argv, kSummary);
  if (exit_code) return *exit_code;

  const absl::StatusOr<forklift::http::server::ServerOptions> options =
      apps::ServerOptionsOfFlags();
  if (!options.ok()) return apps::Complain(argv[0], options.status());
  const auto application = apps::ApplicationOfFlags();
  if (!application.ok()) return apps::Complain(argv[0], application.status());
  return apps::RunServer(argc, argv, *options, **application);
}
