#include "forklift/http/load/attack_report.h"

#include <stdint.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/human_text.h"
#include "forklift/http/load/json_text.h"
#include "forklift/http/status_code.h"

namespace forklift::http::load {
namespace {

constexpr int kAttackSchemaVersion = 1;

absl::Duration Median(const AttackResult& result) { return result.held_for->ValueAtPercentile(50); }

}  // namespace

std::string AttackTextReport(const AttackOptions& options, const AttackResult& result) {
  std::string report = absl::StrCat(
      "attack: ", AttackKindName(options.kind), "; ", options.connections,
      options.connections == 1 ? " connection" : " connections", "; a step every ",
      HumanDuration(options.interval), result.interrupted ? "; interrupted" : "", "\n\nSummary\n");
  const auto line = [&](std::string_view name, std::string_view value) {
    absl::StrAppendFormat(&report, "  %-14s %s\n", name, value);
  };
  line("time", HumanDuration(result.elapsed));
  line("opened", absl::StrCat(HumanCount(result.opened), " connections"));
  line("still open", HumanCount(result.held));
  if (result.connecting > 0) line("still trying", HumanCount(result.connecting));
  line("sent", HumanBytes(static_cast<double>(result.sent_bytes)));
  line("received", HumanBytes(static_cast<double>(result.received_bytes)));
  if (result.opened > 0) {
    report += "\nConnections were open for\n";
    line("min", HumanDuration(result.held_for->min()));
    line("median", HumanDuration(Median(result)));
    line("max", HumanDuration(result.held_for->max()));
  }

  std::string ends;
  const auto end = [&](std::string_view how, uint64_t count) {
    absl::StrAppendFormat(&ends, "  %-42s %s\n", how, HumanCount(count));
  };
  for (const auto& [status, count] : result.statuses) {
    end(absl::StrCat("answered ", status, " ", ReasonPhrase(static_cast<StatusCode>(status))),
        count);
  }
  for (const auto& [failure, count] : result.failures) end(FailureText(failure), count);
  if (result.reset_here > 0) end("reset by this attack", result.reset_here);
  if (!ends.empty()) absl::StrAppend(&report, "\nHow they ended\n", ends);
  return report;
}

std::string AttackJsonReport(std::string_view target, const AttackOptions& options,
                             const AttackResult& result) {
  std::string json = absl::StrCat(
      "{\"schema_version\": ", kAttackSchemaVersion, ", \"target\": ", JsonString(target),
      ", \"attack\": ", JsonString(AttackKindName(options.kind)),
      ", \"connections\": ", options.connections, ", \"interval\": ", JsonSeconds(options.interval),
      ", \"duration\": ", JsonSeconds(result.elapsed),
      ", \"interrupted\": ", result.interrupted ? "true" : "false");
  absl::StrAppend(&json, ", \"connections_opened\": ", result.opened,
                  ", \"connections_held\": ", result.held,
                  ", \"connections_pending\": ", result.connecting,
                  ", \"connections_reset_here\": ", result.reset_here,
                  ", \"bytes_received\": ", result.received_bytes,
                  ", \"bytes_sent\": ", result.sent_bytes, ", \"status_codes\": {",
                  absl::StrJoin(result.statuses, ", ",
                                [](std::string* out, const std::pair<const int, uint64_t>& each) {
                                  absl::StrAppend(out, "\"", each.first, "\": ", each.second);
                                }));
  absl::StrAppend(
      &json, "}, \"failures\": {",
      absl::StrJoin(result.failures, ", ",
                    [](std::string* out, const std::pair<const Failure, uint64_t>& each) {
                      absl::StrAppend(out, JsonString(FailureName(each.first)), ": ", each.second);
                    }),
      "}, \"held_for\": {\"min\": ", JsonSeconds(result.held_for->min()),
      ", \"median\": ", JsonSeconds(Median(result)),
      ", \"max\": ", JsonSeconds(result.held_for->max()), "}}\n");
  return json;
}

}  // namespace forklift::http::load
