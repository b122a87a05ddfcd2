#include "forklift/proc/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {
namespace {

// Between two looks at a child that cannot be polled.
constexpr int kLookMilliseconds = 5;

// From SIGKILL until a destructor gives up.
constexpr absl::Duration kKillPatience = absl::Seconds(10);

// CLOEXEC from birth. Owns nothing where it fails: a Child can do without.
net::UniqueFd OpenPidfd(pid_t pid) {
  return net::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

Child::Child(pid_t pid) : pid_(pid) {
  CHECK_GT(pid, 0) << "Child: not the pid of one process";
  pidfd_ = OpenPidfd(pid);
  // Linux 5.3 can open one, 5.4 wait for one.
  siginfo_t ended = {};
  if (pidfd_.valid() && !Look(WNOWAIT, ended, nullptr) && errno == EINVAL) pidfd_.reset();
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), usage_(other.usage_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    KillAndReap();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
    usage_ = other.usage_;
  }
  return *this;
}

pid_t Child::pid() const {
  CHECK(owns_process()) << "Child: its process was reaped or released";
  return pid_;
}

// waitid(2) without waiting: `ended` has no pid where the child has not ended. By the pidfd where
// there is one, which means no other process, ever. False where this is nobody's child here: in a
// process that inherited this object by fork, and once another wait has taken the status.
bool Child::Look(int options, siginfo_t& ended, rusage* usage) const {
  const idtype_t type = pidfd_.valid() ? P_PIDFD : P_PID;
  const int id = pidfd_.valid() ? pidfd_.get() : pid_;
  // glibc's function has no place for the usage.
  return net::RetryOnEintr([&] {
           return ::syscall(SYS_waitid, type, id, &ended, options | WEXITED | WNOHANG, usage);
         }) == 0;
}

bool Child::IsOurs() const {
  siginfo_t ended = {};
  return owns_process() && Look(WNOWAIT, ended, nullptr);
}

bool Child::HasEnded() const {
  siginfo_t ended = {};
  return !Look(WNOWAIT, ended, nullptr) || ended.si_pid != 0;
}

bool Child::Signal(int signal) {
  if (!owns_process() || HasEnded()) return false;
  if (pidfd_.valid()) {
    return ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0;
  }
  return ::kill(pid_, signal) == 0;  // nobody but this object frees the pid
}

bool Child::SignalGroup(int signal) {
  return IsOurs() && ::getpgid(pid_) == pid_ && ::kill(-pid_, signal) == 0;
}

bool Child::WaitWithoutReaping(const net::Deadline& deadline) {
  CHECK(owns_process()) << "Child: its process was reaped or released";
  bool can_poll = pidfd_.valid();
  while (!HasEnded()) {
    if (deadline.expired()) return false;
    pollfd entry = {.fd = can_poll ? pidfd_.get() : -1, .events = POLLIN, .revents = 0};
    int timeout = deadline.PollTimeout();
    if (!can_poll) timeout = timeout < 0 ? kLookMilliseconds : std::min(timeout, kLookMilliseconds);
    // Readable, but not ended for this process: a tracer has it first, and lets go in silence.
    if (::poll(&entry, 1, timeout) > 0) can_poll = false;
  }
  return true;
}

std::optional<ExitStatus> Child::Wait(const net::Deadline& deadline) {
  if (!WaitWithoutReaping(deadline)) return std::nullopt;
  siginfo_t ended = {};
  const bool reaped = Look(/*options=*/0, ended, &usage_) && ended.si_pid != 0;
  pidfd_.reset();
  pid_ = -1;
  return reaped ? ExitStatus::FromSignalInfo(ended) : ExitStatus::Unknown();
}

pid_t Child::Release() {
  CHECK(owns_process()) << "Child: its process was reaped or released";
  pidfd_.reset();
  return std::exchange(pid_, -1);
}

void Child::KillAndReap() {
  if (!IsOurs()) return;
  const bool dies = Signal(SIGKILL) || HasEnded();
  if (dies && Wait(net::Deadline::After(kKillPatience))) return;
  LOG(ERROR) << "Child: process " << pid_ << " is left behind: "
             << (dies ? "SIGKILL has not ended it" : "it may not be signalled");
}

}  // namespace forklift::proc
