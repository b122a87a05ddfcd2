// Supervised runs a supervisor in a poll loop for a test, and writes down its events.
#ifndef FORKLIFT_TESTS_PROC_SUPERVISED_H_
#define FORKLIFT_TESTS_PROC_SUPERVISED_H_

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/tests/support/eventually.h"

namespace forklift::tests {

class Supervised {
 public:
  Supervised(const proc::SupervisorOptions& options, proc::Supervisor::WorkerBody body) {
    auto self_pipe = signals::SelfPipe::Create({SIGCHLD});
    CHECK_OK(self_pipe);
    self_pipe_ = *std::move(self_pipe);
    auto supervisor = proc::Supervisor::Create(
        options, std::move(body), [this](const proc::WorkerEvent& event) { OnEvent(event); });
    CHECK_OK(supervisor);
    supervisor_ = *std::move(supervisor);
  }

  // Waits for what the supervisor asks for, and for nothing else, until `condition` holds; false
  // where it does not in time.
  bool RunUntil(absl::FunctionRef<bool()> condition,
                absl::Duration look_every = absl::InfiniteDuration()) {
    const net::Deadline patience = net::Deadline::After(kPatience);
    while (!condition()) {
      if (patience.expired()) return false;
      std::vector<pollfd> entries = {{.fd = self_pipe_->fd(), .events = POLLIN, .revents = 0}};
      supervisor_->AppendPollEntries(entries);
      const net::Deadline deadline =
          std::min({supervisor_->NextDeadline(), patience, net::Deadline::After(look_every)});
      const int ready = ::poll(entries.data(), entries.size(), deadline.PollTimeout());
      PCHECK(ready >= 0 || errno == EINTR);
      (void)self_pipe_->Drain();
      Advance();
    }
    return true;
  }
  bool RunUntil(proc::WorkerEvent::Kind kind, size_t count = 1) {
    return RunUntil([&] { return Count(kind) >= count; });
  }
  // For what only the workers know, and no event tells.
  bool RunUntilSeen(absl::FunctionRef<bool()> condition) {
    return RunUntil(condition, absl::Milliseconds(1));
  }
  bool RunUntilReady(size_t workers) {
    return RunUntil(
        [&] { return supervisor_->ready() == workers && supervisor_->processes() == workers; });
  }
  bool StopAndRun() {
    supervisor_->Stop();
    return RunUntil([&] { return supervisor_->stopped(); });
  }

  void Advance() {
    ++advances_;
    supervisor_->Advance();
    most_processes_ = std::max(most_processes_, supervisor_->processes());
    least_ready_ = std::min(least_ready_, supervisor_->ready());
  }
  // Measures these two anew from now on.
  void ResetExtremes() {
    most_processes_ = 0;
    least_ready_ = supervisor_->ready();
  }
  size_t most_processes() const { return most_processes_; }
  size_t least_ready() const { return least_ready_; }
  size_t advances() const { return advances_; }

  size_t Count(proc::WorkerEvent::Kind kind) const {
    return static_cast<size_t>(std::count_if(
        events_.begin(), events_.end(), [&](const auto& event) { return event.kind == kind; }));
  }
  const proc::WorkerEvent& Last(proc::WorkerEvent::Kind kind) const {
    const auto last = std::find_if(events_.rbegin(), events_.rend(),
                                   [&](const auto& event) { return event.kind == kind; });
    CHECK(last != events_.rend());
    return *last;
  }
  std::string Log() const { return absl::StrJoin(events_, "\n"); }

  // Those that were started and have not been reaped.
  const std::map<pid_t, proc::WorkerIdentity>& alive() const { return alive_; }
  std::set<uint64_t> Generations() const {
    std::set<uint64_t> generations;
    for (const auto& [pid, worker] : alive_) generations.insert(worker.generation);
    return generations;
  }

  proc::Supervisor& operator*() { return *supervisor_; }
  proc::Supervisor* operator->() { return supervisor_.get(); }
  void Destroy() { supervisor_.reset(); }

 private:
  void OnEvent(const proc::WorkerEvent& event) {
    using Kind = proc::WorkerEvent::Kind;
    events_.push_back(event);
    if (event.kind == Kind::kStarted) alive_[event.pid] = event.worker;
    if (event.kind == Kind::kEnded || event.kind == Kind::kFailed) alive_.erase(event.pid);
  }

  std::unique_ptr<signals::SelfPipe> self_pipe_;
  std::unique_ptr<proc::Supervisor> supervisor_;
  std::vector<proc::WorkerEvent> events_;
  std::map<pid_t, proc::WorkerIdentity> alive_;
  size_t advances_ = 0;
  size_t most_processes_ = 0;
  size_t least_ready_ = 0;
};

// A T that the test and the workers share; zero at first.
template <typename T>
class Shared {
 public:
  Shared() {
    void* memory =
        ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    PCHECK(memory != MAP_FAILED);
    value_ = new (memory) T();
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { ::munmap(value_, sizeof(T)); }

  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }

 private:
  T* value_;
};

// A worker has been well as soon as it is ready, one that failed is replaced within milliseconds,
// and all ignore SIGTERM: stop_fd() tells them when to stop.
inline proc::SupervisorOptions FastRestartOptions(size_t workers) {
  return {.workers = workers,
          .min_uptime = absl::ZeroDuration(),
          .backoff = {.initial = absl::Milliseconds(1), .cap = absl::Milliseconds(8)},
          .ignored = {SIGTERM}};
}

// Workers that do nothing, well.
inline int ReadyUntilStopped(proc::WorkerContext& worker) {
  worker.Ready();
  while (!worker.ShouldStop(net::Deadline::After(worker.beat_interval()))) worker.Beat();
  return 0;
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_PROC_SUPERVISED_H_
