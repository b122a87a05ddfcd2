#include "forklift/proc/worker_pool.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/heartbeat.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/proc/worker.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {

using State = Worker::State;
using Kind = WorkerEvent::Kind;

namespace {

// How long a process may take to end that was sent SIGKILL: it has to give back all its memory.
constexpr absl::Duration kKillPatience = absl::Seconds(5);
// How often to look, where there may be no SIGCHLD to wait for.
constexpr int kLookMilliseconds = 1;

}  // namespace

WorkerPool::WorkerPool(const WorkerTimeouts& timeouts, const signals::SignalSet& ignored,
                       ChildGroup group, Heartbeats heartbeats, EventCallback on_event)
    : timeouts_(timeouts),
      ignored_(ignored),
      group_(group),
      owner_pid_(::getpid()),
      on_event_(std::move(on_event)),
      heartbeats_(std::move(heartbeats)),
      children_(heartbeats_.size(),
                [this](pid_t pid, ExitStatus status, Worker& worker) {
                  // Whether it was ready matters for how it has ended.
                  Hear(pid, worker);
                  on_event_({.kind = worker.active() ? Kind::kFailed : Kind::kEnded,
                             .pid = pid,
                             .worker = worker.identity(),
                             .exit_status = status},
                            worker);
                }),
      clock_(MonotonicNow()) {}

WorkerPool::~WorkerPool() {
  if (::getpid() != owner_pid_) return;
  on_event_ = [](const WorkerEvent&, const Worker&) {};
  for (auto& [pid, worker] : children_) {
    TellToStop(pid, worker);  // for one that may not be signalled
    Kill(pid, worker);
  }
  const net::Deadline deadline = net::Deadline::After(kKillPatience);
  children_.ReapAll();
  while (children_.size() > 0 && !deadline.expired()) {
    ::poll(nullptr, 0, kLookMilliseconds);
    children_.ReapAll();
  }
  for (const auto& [pid, worker] : children_) {
    LOG(WARNING) << "worker " << pid << " cannot be killed, and is left behind";
  }
}

absl::Status WorkerPool::Start(uint64_t generation, absl::FunctionRef<int(WorkerContext&)> body,
                               bool trial) {
  absl::StatusOr<net::SocketPair> channel =
      net::CreateSocketPair(net::SocketPairType::kStream, net::BlockingMode::kBlocking);
  if (!channel.ok()) return channel.status();
  const WorkerIdentity identity = {.slot = FreeSlot(), .generation = generation};
  const absl::StatusOr<pid_t> child = children_.Start(
      Worker(identity, std::move(channel->first), clock_.now(), trial,
             heartbeats_.LastBeat(identity.slot)),
      [&] {
        WorkerContext context(identity, std::move(channel->second), heartbeats_,
                              timeouts_.heartbeat / 4, owner_pid_, timeouts_.orphan);
        return body(context);
      },
      ignored_, group_);
  if (!child.ok()) return child.status();
  on_event_({.kind = Kind::kStarted, .pid = *child, .worker = identity}, *children_.Find(*child));
  return absl::OkStatus();
}

void WorkerPool::TellToStop(pid_t pid, Worker& worker) {
  worker.TellToStop(clock_.now());
  children_.Signal(pid, SIGTERM);
  children_.Signal(pid, SIGCONT);
}

void WorkerPool::Kill(pid_t pid, Worker& worker) {
  worker.SetKilled();
  children_.Signal(pid, SIGKILL);
}

void WorkerPool::Advance() {
  clock_.Advance(MonotonicNow());
  for (auto& [pid, worker] : children_) Hear(pid, worker);
  children_.ReapAll();
  SeeWhoIsLate();
}

void WorkerPool::Hear(pid_t pid, Worker& worker) {
  while (const std::optional<Kind> said = worker.Listen(clock_.now())) {
    on_event_({.kind = *said, .pid = pid, .worker = worker.identity()}, worker);
  }
}

void WorkerPool::SeeWhoIsLate() {
  for (auto& [pid, worker] : children_) {
    worker.SeeBeat(heartbeats_.LastBeat(worker.identity().slot), clock_.now());
    if (worker.waited(clock_.now()) < Timeout(worker)) continue;
    const State late = worker.state();
    if (late == State::kReady) {
      worker.SetStuck();
      TellToStop(pid, worker);
    } else {
      Kill(pid, worker);
    }
    on_event_({.kind = late == State::kReady      ? Kind::kStuck
                       : late == State::kStarting ? Kind::kNotReady
                                                  : Kind::kKilled,
               .pid = pid,
               .worker = worker.identity()},
              worker);
  }
}

absl::Duration WorkerPool::Timeout(const Worker& worker) const {
  switch (worker.state()) {
    case State::kStarting:
      return timeouts_.ready;
    case State::kReady:
      return timeouts_.heartbeat;
    case State::kStopping:
      return worker.stuck() ? timeouts_.stuck : timeouts_.stop;
    case State::kKilled:
      break;
  }
  return absl::InfiniteDuration();
}

absl::Duration WorkerPool::PlanWait() {
  absl::Duration wait = absl::InfiniteDuration();
  for (const auto& [pid, worker] : children_) {
    const absl::Duration timeout = Timeout(worker);
    if (timeout == absl::InfiniteDuration()) continue;
    // See RunningClock for the quarter.
    wait = std::min({wait, timeout - worker.waited(clock_.now()), timeout / 4, absl::Seconds(1)});
  }
  clock_.Plan(wait);
  return wait;
}

void WorkerPool::AppendPollEntries(std::vector<pollfd>& entries) const {
  for (const auto& [pid, worker] : children_) {
    if (worker.listen_fd() >= 0) {
      entries.push_back({.fd = worker.listen_fd(), .events = POLLIN, .revents = 0});
    }
  }
}

size_t WorkerPool::CountIf(absl::FunctionRef<bool(const Worker&)> is_counted) const {
  return static_cast<size_t>(
      std::count_if(children_.begin(), children_.end(),
                    [&](const auto& child) { return is_counted(child.second); }));
}

size_t WorkerPool::FreeSlot() const {
  std::set<size_t> taken;
  for (const auto& [pid, worker] : children_) taken.insert(worker.identity().slot);
  size_t slot = 0;
  while (taken.contains(slot)) ++slot;
  return slot;
}

}  // namespace forklift::proc
