// The server with an application that has every fault: GET /crash ends its process, GET /hang never
// returns. All else is greeted.
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/listeners.h"
#include "forklift/apps/program.h"
#include "forklift/apps/server_flags.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/server.h"

namespace server = forklift::http::server;

namespace {

void Handle(const server::Request& request, server::Response& response) {
  const std::string_view path = request.message.target.path;
  if (path == "/crash") {
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would exit
    void* const nobodys = ::mmap(nullptr, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *static_cast<volatile char*>(nobodys) = 1;
  }
  if (path == "/hang") {
    LOG(INFO) << "hanging";
    while (true) ::pause();
  }
  response.content = server::SharedBytes{"Hello, World!\n"};
}

}  // namespace

int main(int argc, char** argv) {
  namespace apps = forklift::apps;
  apps::StartProgram();
  const std::optional<int> exit_code = apps::ParseCommandLine(argc, argv, "Has faults.");
  if (exit_code) return *exit_code;
  const absl::StatusOr<server::ServerOptions> options = apps::ServerOptionsOfFlags();
  if (!options.ok()) return apps::Complain(argv[0], options.status());
  auto listeners = apps::ListenersOfFlags();
  if (!listeners.ok()) return apps::Complain(argv[0], listeners.status());
  server::FunctionHandler handler(Handle);
  const auto running =
      server::Server::Create(*options, *std::move(listeners), handler, /*access_log=*/nullptr);
  if (!running.ok()) return apps::Complain(argv[0], running.status());
  const absl::Status served = (*running)->Run(
      [&running] { apps::AnnounceReadiness((*running)->listeners(), /*options=*/{}); });
  return served.ok() ? apps::kExitSuccess : apps::Complain(argv[0], served);
}
