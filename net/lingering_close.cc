#include "forklift/net/lingering_close.h"

#include <stddef.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

// Dropped by one Advance at most, so that one upload does not keep a loop from its other work.
constexpr size_t kBytesAtOnce = 256 * 1024;

}  // namespace

LingeringClose::LingeringClose(UniqueFd connection, const LingerLimits& limits)
    : connection_(std::move(connection)),
      deadline_(Deadline::After(limits.timeout)),
      bytes_left_(limits.bytes) {
  ::shutdown(connection_.get(),
             SHUT_WR);  // fails only where the peer is gone already, as Advance will see
}

bool LingeringClose::Advance() { return AdvanceUntil(Deadline::After(absl::ZeroDuration())); }

bool LingeringClose::AdvanceUntil(Deadline wait_until) {
  char dropped[16 * 1024];
  size_t bytes_this_time = kBytesAtOnce;
  while (bytes_left_ > 0 && !deadline_.expired()) {
    const IoResult got =
        Receive(connection_.get(),
                absl::MakeSpan(dropped).first(std::min(sizeof(dropped), bytes_left_)), wait_until);
    bytes_left_ -= got.bytes;
    bytes_this_time -= std::min(bytes_this_time, got.bytes);
    if (got.outcome == IoOutcome::kTimedOut && !deadline_.expired()) return false;
    if (got.outcome != IoOutcome::kOk) break;
    if (bytes_this_time == 0) return false;
  }
  return true;
}

void LingerAndClose(UniqueFd connection, const LingerLimits& limits) {
  LingeringClose closing(std::move(connection), limits);
  while (!closing.AdvanceUntil(closing.deadline())) {
  }
}

// What comes after the last look meets a closed socket, and a reset; but the end goes before that.
void CloseIdle(UniqueFd connection) { LingeringClose(std::move(connection), {}).Advance(); }

}  // namespace forklift::net
