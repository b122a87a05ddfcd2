#include "forklift/http/load/attack_options.h"

#include <stddef.h>
#include <sys/socket.h>

#include <array>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"

namespace forklift::http::load {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 6> kNames = {"slow-head", "slow-body",  "slow-read",
                                                    "idle",      "half-close", "reset"};

}  // namespace

absl::StatusOr<AttackKind> ParseAttackKind(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<AttackKind>(i);
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no attack '", absl::CHexEscape(name),
                                                 "', but ", absl::StrJoin(kNames, ", ")));
}

std::string_view AttackKindName(AttackKind kind) { return kNames[static_cast<size_t>(kind)]; }

absl::Status Check(const AttackOptions& options) {
  if (!absl::EndsWith(options.request, "\r\n\r\n"))
    return absl::InvalidArgumentError("an attack's request has no body");
  if (options.connections < 1 || options.connections > kMostAttackConnections) {
    return absl::InvalidArgumentError(
        absl::StrCat("an attack has 1 to ", kMostAttackConnections, " connections"));
  }
  if (options.duration <= absl::ZeroDuration() || options.duration > kLongestAttack)
    return absl::InvalidArgumentError("an attack lasts more than 0 and at most 24 hours");
  if (options.interval < kShortestAttackInterval || options.interval > kLongestAttack)
    return absl::InvalidArgumentError("an attack's interval is 1 ms to 24 hours");
  if (options.timeout <= absl::ZeroDuration())
    return absl::InvalidArgumentError("the timeout must be more than 0");
  return absl::OkStatus();
}

bool IsFreeToAttack(const net::Address& server) {
  return server.family() == AF_UNIX || server.IsLoopback();
}

}  // namespace forklift::http::load
