// The concurrent server: by default a child process for each connection, and no zombie left of it.
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/application.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/listeners.h"
#include "forklift/apps/program.h"
#include "forklift/apps/server_flags.h"
#include "forklift/http/server/server.h"
#include "forklift/http/server/upgrade.h"

constexpr char kSummary[] =
    R"(Serves HTTP by one of five concurrency models: the files of a folder, or "Hello, World!".
SIGTERM, SIGQUIT and SIGINT (Ctrl-C) finish what is in flight; a second SIGINT stops at once.
SIGHUP replaces the workers, SIGUSR1 reopens the access log, SIGUSR2 upgrades the binary.)";

int main(int argc, char** argv) {
  namespace apps = forklift::apps;
  namespace server = forklift::http::server;
  apps::StartProgram();
  const std::optional<int> exit_code = apps::ParseCommandLine(argc, argv, kSummary);
  if (exit_code) return *exit_code;

  const absl::StatusOr<server::ServerOptions> options = apps::ServerOptionsOfFlags();
  if (!options.ok()) return apps::Complain(argv[0], options.status());
  const auto application = apps::ApplicationOfFlags();
  if (!application.ok()) return apps::Complain(argv[0], application.status());
  const absl::Status log_level = apps::SetLogLevelOfFlags();
  if (!log_level.ok()) return apps::Complain(argv[0], log_level);
  if (const std::optional<int> checked = apps::CheckOfFlags(argv[0])) return *checked;
  const auto access_log = apps::AccessLogOfFlags();
  if (!access_log.ok()) return apps::Complain(argv[0], access_log.status());
  auto listeners = apps::ListenersOfFlags();
  if (!listeners.ok()) return apps::Complain(argv[0], listeners.status());
  auto readiness = apps::ReadinessOfFlags(*listeners);
  if (!readiness.ok()) return apps::Complain(argv[0], readiness.status());
  const auto command = server::ThisCommand(argc, argv);
  if (!command.ok()) return apps::Complain(argv[0], command.status());

  const auto running = server::Server::Create(*options, *std::move(listeners), **application,
                                              access_log->get(), *command);
  if (!running.ok()) return apps::Complain(argv[0], running.status());
  const absl::Status served =
      (*running)->Run([&running, readiness = *std::move(readiness)]() mutable {
        apps::AnnounceReadiness((*running)->listeners(), std::move(readiness));
      });
  if (served.ok()) return apps::kExitSuccess;
  apps::Complain(argv[0], served);
  return absl::IsFailedPrecondition(served)  ? apps::kExitApplication
         : absl::IsResourceExhausted(served) ? apps::kExitWorkers
                                             : apps::kExitFailure;
}
