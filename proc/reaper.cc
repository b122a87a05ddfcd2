#include "forklift/proc/reaper.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {

void Reaper::Adopt(pid_t pid, ExitCallback on_exit) {
  CHECK_GT(pid, 0) << "Reaper::Adopt: not the pid of one process";
  CHECK(callbacks_.emplace(pid, std::move(on_exit)).second)
      << "Reaper::Adopt: already in charge of " << pid;
}

size_t Reaper::ReapAll() {
  size_t reaped = 0;
  while (!callbacks_.empty()) {
    // Looks at an ended child, whichever it is, and leaves it as it is: that costs the same however
    // many children there are, and steals nobody's.
    siginfo_t ended = {};
    if (net::RetryOnEintr(
            [&] { return ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT); }) != 0) {
      return reaped + ReapEach();  // ECHILD: ours were waited for behind our back
    }
    // Nothing has ended: what woke the caller may have been waited for behind our back.
    if (ended.si_pid == 0) return reaped > 0 ? reaped : ReapEach();
    // Another's zombie hides what is behind it.
    if (!callbacks_.contains(ended.si_pid)) return reaped + ReapEach();
    if (TryReap(ended.si_pid)) ++reaped;
  }
  return reaped;
}

size_t Reaper::ReapEach() {
  size_t reaped = 0;
  for (pid_t pid : Pids()) {
    // A callback may have reaped some of the list by a ReapAll of its own.
    if (callbacks_.contains(pid) && TryReap(pid)) ++reaped;
  }
  return reaped;
}

bool Reaper::TryReap(pid_t pid) {
  int wait_status = 0;
  const pid_t waited = net::RetryOnEintr([&] { return ::waitpid(pid, &wait_status, WNOHANG); });
  if (waited == 0) return false;
  const ExitStatus status =
      waited == pid ? ExitStatus::FromWaitStatus(wait_status) : ExitStatus::Unknown();
  // Forgotten before the callback runs: from now on the pid may belong to any process.
  ExitCallback on_exit = std::move(callbacks_.extract(pid).mapped());
  std::move(on_exit)(pid, status);
  return true;
}

void Reaper::SignalAll(int signal) const {
  for (const auto& [pid, callback] : callbacks_) {
    siginfo_t ended;
    if (::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0) {
      ::kill(pid, signal);
    }
  }
}

std::vector<pid_t> Reaper::Pids() const {
  std::vector<pid_t> pids;
  pids.reserve(callbacks_.size());
  for (const auto& [pid, callback] : callbacks_) pids.push_back(pid);
  return pids;
}

}  // namespace forklift::proc
