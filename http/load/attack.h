// RunAttack is slow or rude to an HTTP/1.1 server on purpose, by many connections, and tells how
// the server took it: whether it ends each such connection in time, and how.
//
// Opens all connections at once, and one anew for each that has ended, at most one in its place an
// interval; until the time is over. Run ordinary requests beside it to see whether they suffer.
//
// Blocks for the whole of it, in this process; SIGINT or SIGTERM ends it early, and it takes these
// for its time (signals/signal_source.h). Not for signal handlers, and not for two threads at once.
// For servers of one's own only: see IsFreeToAttack.
//
//   absl::StatusOr<AttackResult> result = RunAttack({.kind = AttackKind::kSlowHead,
//                                                    .server = {Address::Ipv4Loopback(8888)},
//                                                    .request = request->bytes});
//   if (!result.ok()) return result.status();
//   Print(result->statuses[408], result->held_for->max());
#ifndef FORKLIFT_HTTP_LOAD_ATTACK_H_
#define FORKLIFT_HTTP_LOAD_ATTACK_H_

#include "absl/status/statusor.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"

namespace forklift::http::load {

// kInvalidArgument as Check has it, and without exactly one server; errors of descriptors. A server
// that is not there is no error: all connections fail then, by name.
absl::StatusOr<AttackResult> RunAttack(const AttackOptions& options);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ATTACK_H_
