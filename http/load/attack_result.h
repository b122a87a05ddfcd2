// AttackResult is what an attack has come to: how many connections there were, for how long, and
// how each ended.
//
// Owns its histogram. Plain numbers; one thread.
#ifndef FORKLIFT_HTTP_LOAD_ATTACK_RESULT_H_
#define FORKLIFT_HTTP_LOAD_ATTACK_RESULT_H_

#include <stdint.h>

#include <map>
#include <memory>

#include "absl/time/time.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {

struct AttackResult {
  uint64_t opened = 0;  // connections: each ended in one of the ways below, or was held at the end

  // Ended by the server, whose first answer had this status. Not for a slow reader, whose answers
  // are those that it has asked for, and not why the connection ended.
  std::map<int, uint64_t> statuses;
  // Ended by the server without such an answer (closed, reset, short_response, bad_response); or
  // never opened (refused, connect_timeout and their like).
  std::map<Failure, uint64_t> failures;
  uint64_t reset_here = 0;  // ended by the attack itself

  uint64_t held = 0;        // still open when the attack was over
  uint64_t connecting = 0;  // neither open nor failed by then

  uint64_t sent_bytes = 0;
  uint64_t received_bytes = 0;

  // How long each opened connection was open; of those that still were, until the end. What was
  // longer than an hour counts as an hour.
  std::unique_ptr<Histogram> held_for = std::make_unique<Histogram>();

  absl::Duration elapsed;
  bool interrupted = false;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ATTACK_RESULT_H_
