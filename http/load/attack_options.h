// AttackOptions is what an attack does: in which way it is slow or rude, to whom, by how many
// connections and for how long.
//
// Plain values and pure functions.
#ifndef FORKLIFT_HTTP_LOAD_ATTACK_OPTIONS_H_
#define FORKLIFT_HTTP_LOAD_ATTACK_OPTIONS_H_

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"

namespace forklift::http::load {

enum class AttackKind : uint8_t {
  kSlowHead,   // sends the head of a request byte by byte, and never ends it
  kSlowBody,   // announces a body, and sends it byte by byte
  kSlowRead,   // asks as often as the server takes it, and reads what it answers byte by byte
  kIdle,       // says nothing
  kHalfClose,  // sends half of a head and that there is no more (FIN)
  kReset,      // sends a request and resets the connection at once (RST), again and again
};

// "slow-head" and so on. The error is InvalidArgument, and names all kinds.
absl::StatusOr<AttackKind> ParseAttackKind(std::string_view name);
std::string_view AttackKindName(AttackKind kind);

struct AttackOptions {
  AttackKind kind;
  std::vector<net::Address> server;   // one, which all connections go to
  std::vector<net::Address> sources;  // to connect from, in turn; empty: the kernel's choice
  std::string request;                // as MakeRequest makes it, without a body

  size_t connections = 10;  // at once
  absl::Duration duration = absl::Seconds(10);
  // From one byte of a connection to its next, and at least from the beginning of one connection to
  // that of the one that takes its place.
  absl::Duration interval = absl::Seconds(1);
  absl::Duration timeout = absl::Seconds(30);  // to connect
};

inline constexpr size_t kMostAttackConnections = 1'000'000;
inline constexpr absl::Duration kLongestAttack = absl::Hours(24);
inline constexpr absl::Duration kShortestAttackInterval = absl::Milliseconds(1);

// kInvalidArgument where they make no sense, or have no bound. The server is not looked at.
absl::Status Check(const AttackOptions& options);

// Whether anybody may attack there: the address is a Unix socket's, or of the loopback. All else
// takes its owner's word.
bool IsFreeToAttack(const net::Address& server);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ATTACK_OPTIONS_H_
