// AttackScript is what each connection of an attack does, in bytes.
//
// A value: owns its bytes. Pure; thread-safe.
//
//   const AttackScript script = MakeAttackScript(AttackKind::kSlowHead, request);
//   Send(script.at_once);
//   for (uint64_t i = 0; std::optional<char> byte = script.Drip(i); ++i) SendAfterInterval(*byte);
#ifndef FORKLIFT_HTTP_LOAD_ATTACK_SCRIPT_H_
#define FORKLIFT_HTTP_LOAD_ATTACK_SCRIPT_H_

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/load/attack_options.h"

namespace forklift::http::load {

// The body that a slow one announces: what a server takes that takes a megabyte.
inline constexpr uint64_t kSlowBodySize = 1'000'000;

// The receive buffer of a slow reader. The kernel makes it its smallest, some 2 KB.
inline constexpr size_t kSlowReadBuffer = 1;

struct AttackScript {
  enum class Then { kStay, kFinishSending, kReset };

  std::string at_once;  // what it sends once it is connected
  Then then = Then::kStay;

  // Bytes to send one an interval: `drip`, and what it has from `drip_again` on again and again,
  // but no more than `most_drips` in all.
  std::string drip = {};
  size_t drip_again = 0;
  uint64_t most_drips = std::numeric_limits<uint64_t>::max();

  // Whole requests, to be sent again and again as far as the server takes them, and answered into
  // `receive_buffer` bytes, of which a byte an interval is read. Where this is empty, what is
  // answered is read at once.
  std::string asks = {};
  std::optional<size_t> receive_buffer = {};

  // The byte to send after `dripped` ones; nothing where there is none.
  std::optional<char> Drip(uint64_t dripped) const;
};

// `request` is a whole one without a body. A slow body goes with POST in place of GET, whose body
// some servers take for nonsense.
AttackScript MakeAttackScript(AttackKind kind, std::string_view request);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ATTACK_SCRIPT_H_
