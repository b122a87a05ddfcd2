// The test client: many connections at once from many processes, and what came of each request.
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/attack_flags.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/load_flags.h"
#include "forklift/apps/load_goals.h"
#include "forklift/apps/load_output.h"
#include "forklift/apps/program.h"
#include "forklift/http/load/load_options.h"
#include "forklift/net/address.h"

constexpr char kSummary[] =
    R"(Loads an HTTP/1.1 server with requests, and tells what became of each and how long it took.
With --attack it is a slow or rude client instead, and tells how the server ended that.
SIGINT (Ctrl-C) ends the run and prints what there is; a second one does not wait for answers.)";

int main(int argc, char** argv) {
  namespace apps = forklift::apps;
  apps::StartProgram();
  std::vector<std::string> urls;
  const std::optional<int> exit_code =
      apps::ParseCommandLine(argc, argv, kSummary, apps::LoadCommandLine(&urls));
  if (exit_code) return *exit_code;

  absl::StatusOr<forklift::http::load::LoadOptions> options = apps::LoadOptionsOfFlags(urls);
  if (!options.ok()) return apps::Complain(argv[0], options.status());
  const absl::StatusOr<apps::LoadGoals> goals = apps::LoadGoalsOfFlags(*options);
  if (!goals.ok()) return apps::Complain(argv[0], goals.status());
  const absl::StatusOr<apps::LoadOutput> output =
      apps::LoadOutputOfFlags(options->rate || !goals->search.empty());
  if (!output.ok()) return apps::Complain(argv[0], output.status());
  const auto addresses = apps::AddressesOfServer(*options);
  if (!addresses.ok()) return apps::Complain(argv[0], addresses.status());
  const auto attack = apps::AttackOfFlags(*options, *goals, *output, *addresses);
  if (!attack.ok()) return apps::Complain(argv[0], attack.status());
  const absl::StatusOr<forklift::net::Address> server = apps::ReachServer(*options, *addresses);
  if (!server.ok()) return apps::Complain(argv[0], server.status());
  options->server = {*server};
  const std::string target = apps::TargetOf(urls);
  if (*attack) return apps::Attack(argv[0], target, **attack, *server, *output);
  const auto result = apps::RunForGoals(*goals, *options);
  if (!result.ok()) return apps::Complain(argv[0], result.status());

  const absl::Status written = apps::WriteLoadOutput(*output, *options, *result, target);
  if (!written.ok()) return apps::Complain(argv[0], written);
  return apps::ExitCodeOf(argv[0], *goals, *result);
}
