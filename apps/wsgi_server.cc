// The WSGI server: the article's webserver3h, which runs any Python web application, concurrently.
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/program.h"
#include "forklift/apps/run_server.h"
#include "forklift/apps/wsgi_flags.h"
#include "forklift/http/wsgi/wsgi_handler.h"

constexpr char kSummary[] =
    R"(Runs a Python web application (PEP 3333): MODULE:CALLABLE, as in mysite.wsgi:application.
SIGTERM, SIGQUIT and SIGINT (Ctrl-C) finish what is in flight; a second SIGINT stops at once.
SIGHUP loads the application anew, SIGUSR1 reopens the access log, SIGUSR2 upgrades the binary.)";

int main(int argc, char** argv) {
  namespace apps = forklift::apps;
  apps::StartProgram();
  std::vector<std::string> operands;
  const std::optional<int> exit_code =
      apps::ParseCommandLine(argc, argv, kSummary, apps::WsgiCommandLine(operands));
  if (exit_code) return *exit_code;

  const absl::StatusOr<apps::WsgiSettings> settings = apps::WsgiSettingsOfFlags(operands);
  if (!settings.ok()) return apps::Complain(argv[0], settings.status());
  forklift::http::wsgi::WsgiHandler handler(settings->handler);
  return apps::RunServer(argc, argv, settings->server, handler,
                         [&] { return settings->preload ? handler.Preload() : absl::OkStatus(); });
}
