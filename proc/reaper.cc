#include "forklift/proc/reaper.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {

void Reaper::Adopt(pid_t pid, ExitCallback on_exit) {
  CHECK_GT(pid, 0) << "Reaper::Adopt: not the pid of one process";
  CHECK(callbacks_.emplace(pid, std::move(on_exit)).second)
      << "Reaper::Adopt: already in charge of " << pid;
}

void Reaper::AdoptGroup(pid_t leader, ExitCallback on_exit) {
  Adopt(leader, std::move(on_exit));
  leaders_.insert(leader);
}

void Reaper::ReapEverything(UnknownCallback on_unknown) { on_unknown_ = std::move(on_unknown); }

size_t Reaper::ReapAll() {
  size_t reaped = 0;
  while (on_unknown_ || !callbacks_.empty()) {
    // Looks at an ended child, whichever it is, and leaves it as it is: that costs the same however
    // many children there are, and steals nobody's.
    siginfo_t ended = {};
    if (net::RetryOnEintr(
            [&] { return ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT); }) != 0) {
      return reaped + ReapEach();  // ECHILD: ours were waited for behind our back
    }
    // Nothing has ended: what woke the caller may have been waited for behind our back.
    if (ended.si_pid == 0) return reaped > 0 ? reaped : ReapEach();
    const bool adopted = callbacks_.contains(ended.si_pid);
    // Another's zombie hides what is behind it.
    if (!adopted && !on_unknown_) return reaped + ReapEach();
    if (adopted ? TryReap(ended.si_pid) : TryReapUnknown(ended.si_pid)) ++reaped;
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
  if (leaders_.contains(pid)) {
    siginfo_t ended = {};
    if (::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        ended.si_pid == 0) {
      return false;
    }
    // Nothing is sent where another wait has taken the leader: the number may be another's.
    if (ended.si_pid == pid) ::kill(-pid, SIGKILL);
    leaders_.erase(pid);
  }
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

bool Reaper::TryReapUnknown(pid_t pid) {
  int wait_status = 0;
  if (net::RetryOnEintr([&] { return ::waitpid(pid, &wait_status, WNOHANG); }) != pid) return false;
  on_unknown_(pid, ExitStatus::FromWaitStatus(wait_status));
  return true;
}

bool Reaper::Signal(pid_t pid, int signal) const {
  if (!callbacks_.contains(pid)) return false;
  Child child(pid);  // which knows how to reach no other process
  const bool sent = child.Signal(signal);
  static_cast<void>(child.Release());
  return sent;
}

void Reaper::SignalAll(int signal) const {
  for (const auto& [pid, callback] : callbacks_) Signal(pid, signal);
}

std::vector<pid_t> Reaper::Pids() const {
  std::vector<pid_t> pids;
  pids.reserve(callbacks_.size());
  for (const auto& [pid, callback] : callbacks_) pids.push_back(pid);
  return pids;
}

absl::Status BecomeSubreaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    return net::PosixError(errno, "prctl PR_SET_CHILD_SUBREAPER");
  }
  return absl::OkStatus();
}

bool AdoptsOrphans() {
  int is_subreaper = 0;
  return ::getpid() == 1 ||
         (::prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper, 0, 0, 0) == 0 && is_subreaper != 0);
}

}  // namespace forklift::proc
