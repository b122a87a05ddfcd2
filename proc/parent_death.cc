#include "forklift/proc/parent_death.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "absl/time/time.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"

namespace forklift::proc {
namespace {

// For the handler. Written where it cannot run.
timer_t kill_timer;
itimerspec kill_after;
pid_t watched_parent;

pid_t timer_owner = 0;  // a timer is not inherited by fork

void OnParentDeath(int) {
  // Anyone may send the signal, and the kernel does for the end of a mere thread of the parent's.
  if (::getppid() == watched_parent) return;
  const int saved_errno = errno;
  ::timer_settime(kill_timer, 0, &kill_after, nullptr);
  ::kill(::getpid(), SIGTERM);
  errno = saved_errno;
}

bool HaveTimer() {
  if (timer_owner == ::getpid()) return true;
  sigevent expiry = {};
  expiry.sigev_notify = SIGEV_SIGNAL;
  expiry.sigev_signo = SIGKILL;
  if (::timer_create(CLOCK_MONOTONIC, &expiry, &kill_timer) != 0) return false;
  timer_owner = ::getpid();
  return true;
}

}  // namespace

void EndWithParent(pid_t parent, absl::Duration grace) {
  int signal = SIGKILL;
  // Where there is no timer to be had, the certain end is worth more than the graceful one.
  if (grace > absl::ZeroDuration() && HaveTimer()) {
    signal = ParentDeathSignal();
    const signals::ScopedSignalMask blocked({signal});
    watched_parent = parent;
    kill_after.it_value = absl::ToTimespec(grace);
    struct sigaction action = {};
    action.sa_handler = OnParentDeath;
    action.sa_flags = SA_RESTART;
    ::sigfillset(&action.sa_mask);
    signals::ScopedDisposition(signal, action).Abandon();
  }
  ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(signal));
  if (::getppid() != parent) ::kill(::getpid(), signal);  // it died before prctl
}

}  // namespace forklift::proc
