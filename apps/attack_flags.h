// The flags of the test client that make a slow or rude one of it.
//
// To be called once ParseCommandLine has set them.
#ifndef FORKLIFT_APPS_ATTACK_FLAGS_H_
#define FORKLIFT_APPS_ATTACK_FLAGS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/apps/load_goals.h"
#include "forklift/apps/load_output.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/load_options.h"
#include "forklift/net/address.h"

namespace forklift::apps {

// What --attack asks for, but for whom to attack; nothing where it is not given. kInvalidArgument
// names the flag that makes no sense with it, and where one of `addresses` is neither of the
// loopback nor a Unix socket's, and --i-own-this-server does not say that this is all right.
absl::StatusOr<std::optional<http::load::AttackOptions>> AttackOfFlags(
    const http::load::LoadOptions& load, const LoadGoals& goals, const LoadOutput& output,
    const std::vector<net::Address>& addresses);

// Attacks `server`, and prints what came of it as `output` wants it. The exit code: that of a
// failure where there was no connection at all.
int Attack(std::string_view program, std::string_view target, http::load::AttackOptions options,
           const net::Address& server, const LoadOutput& output);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_ATTACK_FLAGS_H_
