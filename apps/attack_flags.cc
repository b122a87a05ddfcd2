#include "forklift/apps/attack_flags.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/load_goals.h"
#include "forklift/apps/load_output.h"
#include "forklift/apps/standard_output.h"
#include "forklift/http/load/attack.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_report.h"
#include "forklift/http/load/attack_result.h"
#include "forklift/http/load/load_options.h"
#include "forklift/net/address.h"

ABSL_FLAG(std::string, attack, "",
          "be slow or rude with --connections for --duration: slow-head, slow-body, slow-read, "
          "idle, half-close or reset");
ABSL_FLAG(absl::Duration, attack_interval, absl::Seconds(1),
          "of --attack, from one byte of a connection to its next");
ABSL_FLAG(bool, i_own_this_server, false, "allow --attack beyond this machine");

namespace forklift::apps {
namespace {

using http::load::AttackKind;
using http::load::AttackOptions;
using http::load::AttackResult;
using http::load::LoadOptions;

bool IsPlain(const LoadOptions& load, const LoadGoals& goals, const LoadOutput& output) {
  const LoadOptions plain;
  return load.requests.size() == 1 && load.workers == plain.workers &&
         load.worker_kind == plain.worker_kind && load.pipeline == plain.pipeline &&
         load.keep_alive && !load.hold && load.warm_up == plain.warm_up &&
         load.count == plain.count && !load.rate && !load.expected_status && !load.expected_body &&
         load.nonce_header.empty() && goals.thresholds.empty() && goals.search.empty() &&
         output.html.empty() && !output.base;
}

absl::Status CheckPermission(const std::vector<net::Address>& addresses) {
  if (absl::GetFlag(FLAGS_i_own_this_server)) return absl::OkStatus();
  for (const net::Address& address : addresses) {
    if (http::load::IsFreeToAttack(address)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--attack is for the loopback and for Unix sockets, and ", address,
                     " is neither: add --i-own-this-server where it is yours; nothing was sent"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<AttackOptions>> AttackOfFlags(
    const LoadOptions& load, const LoadGoals& goals, const LoadOutput& output,
    const std::vector<net::Address>& addresses) {
  const std::string name = absl::GetFlag(FLAGS_attack);
  if (name.empty()) return std::nullopt;
  const absl::StatusOr<AttackKind> kind = http::load::ParseAttackKind(name);
  if (!kind.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--attack: ", kind.status().message()));
  }
  if (!IsPlain(load, goals, output)) {
    return absl::InvalidArgumentError(
        "--attack goes with one URL, --connections, --duration, --attack-interval, --method, "
        "--header, --timeout and --source-ip; leave what asks for a load out");
  }
  if (output.format == OutputFormat::kCsv)
    return absl::InvalidArgumentError("--attack has no seconds to list: --output=text or json");
  AttackOptions options = {.kind = *kind,
                           .sources = load.sources,
                           .request = load.requests.front().bytes,
                           .connections = load.connections,
                           .duration = load.duration,
                           .interval = absl::GetFlag(FLAGS_attack_interval),
                           .timeout = load.timeout};
  absl::Status status = http::load::Check(options);
  if (status.ok()) status = CheckPermission(addresses);
  if (!status.ok()) return status;
  return options;
}

int Attack(std::string_view program, std::string_view target, AttackOptions options,
           const net::Address& server, const LoadOutput& output) {
  options.server = {server};
  const absl::StatusOr<AttackResult> result = http::load::RunAttack(options);
  if (!result.ok()) return Complain(program, result.status());
  const absl::Status written =
      PrintWhole(output.format == OutputFormat::kJson
                     ? http::load::AttackJsonReport(target, options, *result)
                     : absl::StrCat(target, "\n", http::load::AttackTextReport(options, *result)));
  if (!written.ok()) return Complain(program, written);
  if (result->opened > 0) return kExitSuccess;
  return Complain(program, absl::UnavailableError("no connection was made"));
}

}  // namespace forklift::apps
