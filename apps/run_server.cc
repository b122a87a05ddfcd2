#include "forklift/apps/run_server.h"

#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/listeners.h"
#include "forklift/apps/server_flags.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/server.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/upgrade.h"

namespace forklift::apps {

int RunServer(int argc, char** argv, const http::server::ServerOptions& options,
              http::server::Handler& handler, absl::FunctionRef<absl::Status()> prepare) {
  namespace server = http::server;
  const absl::Status log_level = SetLogLevelOfFlags();
  if (!log_level.ok()) return Complain(argv[0], log_level);
  if (const std::optional<int> checked = CheckOfFlags(argv[0])) return *checked;
  const absl::Status prepared = prepare();
  if (!prepared.ok()) {
    const int code = Complain(argv[0], prepared);
    return code == kExitUsage ? code : kExitApplication;
  }
  const auto access_log = AccessLogOfFlags();
  if (!access_log.ok()) return Complain(argv[0], access_log.status());
  auto listeners = ListenersOfFlags();
  if (!listeners.ok()) return Complain(argv[0], listeners.status());
  auto readiness = ReadinessOfFlags(*listeners);
  if (!readiness.ok()) return Complain(argv[0], readiness.status());
  const auto command = server::ThisCommand(argc, argv);
  if (!command.ok()) return Complain(argv[0], command.status());

  const auto running =
      server::Server::Create(options, *std::move(listeners), handler, access_log->get(), *command);
  if (!running.ok()) return Complain(argv[0], running.status());
  const absl::Status served =
      (*running)->Run([&running, readiness = *std::move(readiness)]() mutable {
        AnnounceReadiness((*running)->listeners(), std::move(readiness));
      });
  if (served.ok()) return kExitSuccess;
  Complain(argv[0], served);
  return absl::IsFailedPrecondition(served)  ? kExitApplication
         : absl::IsResourceExhausted(served) ? kExitWorkers
                                             : kExitFailure;
}

}  // namespace forklift::apps
