#include "forklift/http/load/attack.h"

#include <signal.h>
#include <stddef.h>

#include <deque>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/attack_connection.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"
#include "forklift/http/load/attack_script.h"
#include "forklift/http/load/clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/poller.h"
#include "forklift/signals/self_pipe.h"

namespace forklift::http::load {

absl::StatusOr<AttackResult> RunAttack(const AttackOptions& options) {
  if (absl::Status checked = Check(options); !checked.ok()) return checked;
  if (options.server.size() != 1) return absl::InvalidArgumentError("there is no server to attack");
  absl::StatusOr<std::unique_ptr<signals::SelfPipe>> signals =
      signals::SelfPipe::Create({SIGINT, SIGTERM});
  if (!signals.ok()) return signals.status();
  absl::StatusOr<std::unique_ptr<net::EventLoop>> loop = net::EventLoop::Create();
  if (!loop.ok()) return loop.status();

  AttackResult result;
  const absl::StatusOr<net::Registration> watched =
      (*loop)->Watch((*signals)->fd(), net::Interest::kRead, [&](net::Readiness) {
        static_cast<void>((*signals)->Drain());  // either means the same
        result.interrupted = true;
        (*loop)->Stop();
      });
  if (!watched.ok()) return watched.status();

  const AttackScript script = MakeAttackScript(options.kind, options.request);
  AttackContext context = {.options = options, .script = script, .loop = **loop, .result = result};
  const Nanoseconds begin = MonotonicNanoseconds();
  (*loop)->timers().Add(net::Deadline::After(options.duration), [&] { (*loop)->Stop(); });
  std::deque<AttackConnection> connections;  // which stay where they are
  for (size_t i = 0; i < options.connections; ++i) {
    std::optional<net::Address> source;
    if (!options.sources.empty()) source = options.sources[i % options.sources.size()];
    connections.emplace_back(context, source).Begin();
  }
  if (absl::Status ran = (*loop)->Run(); !ran.ok()) return ran;
  result.elapsed = absl::Nanoseconds(MonotonicNanoseconds() - begin);
  for (AttackConnection& connection : connections) connection.Finish();
  return result;
}

}  // namespace forklift::http::load
