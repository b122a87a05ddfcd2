#include "forklift/apps/wsgi_flags.h"

#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/server_flags.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/wsgi/application.h"
#include "forklift/http/wsgi/interpreter.h"
#include "forklift/http/wsgi/wsgi_handler.h"

ABSL_FLAG(std::string, chdir, "", "folder to run the application in, where its modules are");
ABSL_FLAG(std::string, pythonpath, "", "further folder with modules; may be given several times");
ABSL_FLAG(std::string, venv, "", "folder of a virtual environment; default: $VIRTUAL_ENV");
ABSL_FLAG(bool, preload, false, "import the application once, before the workers are forked");
ABSL_FLAG(std::string, url_scheme, "http", "by which clients come: https behind what ends TLS");

namespace forklift::apps {
namespace {

using http::server::Model;

std::string Variable(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? "" : value;
}

// Where the user has typed the command: bazel run starts programs elsewhere.
std::filesystem::path UsersFolder() {
  const std::string folder = Variable("BUILD_WORKING_DIRECTORY");
  std::error_code error;
  return folder.empty() ? std::filesystem::current_path(error) : std::filesystem::path(folder);
}

absl::StatusOr<http::wsgi::InterpreterOptions> InterpreterOptionsOfFlags() {
  const std::filesystem::path folder = UsersFolder() / absl::GetFlag(FLAGS_chdir);
  http::wsgi::InterpreterOptions options = {.folder = folder, .venv = {}, .python_path = {}};
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--chdir: there is no folder '", absl::CHexEscape(folder.string()), "'"));
  }
  const std::string python_path = absl::GetFlag(FLAGS_pythonpath);
  for (const std::string_view path : absl::StrSplit(python_path, '\n', absl::SkipEmpty())) {
    options.python_path.push_back(folder / path);
  }
  std::string venv = absl::GetFlag(FLAGS_venv);
  if (venv.empty()) venv = Variable("VIRTUAL_ENV");
  if (!venv.empty()) options.venv = UsersFolder() / venv;
  const absl::Status checked = http::wsgi::Check(options);
  if (!checked.ok()) return checked;
  return options;
}

absl::Status CheckModel(const http::server::ServerOptions& options) {
  if (options.model == Model::kEvent) {
    return absl::InvalidArgumentError(
        "--model=event is for what never blocks, and an application may: take prefork");
  }
  if (options.model == Model::kThread) {
    return absl::InvalidArgumentError("for threads write --model=prefork --threads=4");
  }
  if (options.model != Model::kPrefork && options.threads > 1) {
    return absl::InvalidArgumentError("--threads goes with --model=prefork");
  }
  return absl::OkStatus();
}

}  // namespace

CommandLineStyle WsgiCommandLine(std::vector<std::string>& operands) {
  return {.repeatable = {"pythonpath"},
          .operands = &operands,
          .operand_name = "MODULE:CALLABLE",
          .meanings = {{"model", {"prefork", "who serves: iterative, fork or prefork"}},
                       {"threads", {"1", "of each worker, in the prefork model"}},
                       {"workers", {"0", "processes; 0: one for each CPU in the prefork model"}}}};
}

absl::StatusOr<WsgiSettings> WsgiSettingsOfFlags(const std::vector<std::string>& operands) {
  if (operands.size() != 1) {
    return absl::InvalidArgumentError(
        "which application? Write MODULE:CALLABLE, as in mysite.wsgi:application");
  }
  absl::StatusOr<http::wsgi::ApplicationName> name =
      http::wsgi::ApplicationName::Parse(operands[0]);
  if (!name.ok()) return name.status();
  absl::StatusOr<http::server::ServerOptions> server = ServerOptionsOfFlags();
  if (!server.ok()) return server.status();
  const absl::Status checked = CheckModel(*server);
  if (!checked.ok()) return checked;
  absl::StatusOr<http::wsgi::InterpreterOptions> interpreter = InterpreterOptionsOfFlags();
  if (!interpreter.ok()) return interpreter.status();
  const std::string scheme = absl::GetFlag(FLAGS_url_scheme);
  if (scheme != "http" && scheme != "https") {
    return absl::InvalidArgumentError(
        absl::StrCat("--url-scheme must be http or https, not '", absl::CHexEscape(scheme), "'"));
  }

  if (server->model == Model::kPrefork && server->threads > 1) {
    server->workers = http::server::WorkerCount(*server);
    server->model = Model::kThread;
  }
  server->stuck_signal = SIGALRM;
  const bool forks = server->model == Model::kFork;
  return WsgiSettings{
      .server = *server,
      .handler = {.application = *std::move(name),
                  .interpreter = *std::move(interpreter),
                  .environ = {.url_scheme = scheme,
                              .multithread = server->model == Model::kThread && server->threads > 1,
                              .multiprocess = forks || http::server::WorkerCount(*server) > 1},
                  .model = server->model},
      .preload = absl::GetFlag(FLAGS_preload)};
}

}  // namespace forklift::apps
