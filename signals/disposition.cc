#include "forklift/signals/disposition.h"

#include <signal.h>

#include "absl/log/check.h"
#include "forklift/signals/signal_name.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {
namespace {

struct sigaction ActionFor(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  return action;
}

}  // namespace

ScopedDisposition::ScopedDisposition(int signal, const struct sigaction& action) : signal_(signal) {
  PCHECK(::sigaction(signal, &action, &previous_) == 0) << "sigaction " << SignalName(signal);
}

ScopedDisposition ScopedDisposition::Ignore(int signal) {
  return ScopedDisposition(signal, ActionFor(SIG_IGN));
}

ScopedDisposition ScopedDisposition::Default(int signal) {
  return ScopedDisposition(signal, ActionFor(SIG_DFL));
}

void ScopedDisposition::Restore() {
  if (signal_ != 0) ::sigaction(signal_, &previous_, nullptr);
}

// A system call a signal, and yet half the time that it takes to read them all from
// /proc/self/status: the kernel writes much else there.
SignalSet DispositionsToReset(const SignalSet& ignored) {
  SignalSet to_reset;
  for (int signal : SignalSet::All()) {
    struct sigaction now = {};
    ::sigaction(signal, nullptr, &now);
    const bool as_wanted = now.sa_handler == (ignored.Contains(signal) ? SIG_IGN : SIG_DFL);
    // The default with SA_NOCLDWAIT would reap a child's children.
    const bool leaves_zombies = signal != SIGCHLD || (now.sa_flags & SA_NOCLDWAIT) == 0;
    if (!as_wanted || !leaves_zombies) to_reset.Add(signal);
  }
  return to_reset;
}

void ResetDispositions(const SignalSet& ignored, const SignalSet& among) {
  const struct sigaction by_default = ActionFor(SIG_DFL);
  const struct sigaction ignore = ActionFor(SIG_IGN);
  for (int signal : among) {
    // Fails for SIGKILL and SIGSTOP, which have no other than the default anyway.
    ::sigaction(signal, ignored.Contains(signal) ? &ignore : &by_default, nullptr);
  }
}

}  // namespace forklift::signals
