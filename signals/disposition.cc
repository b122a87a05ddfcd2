#include "forklift/signals/disposition.h"

#include <signal.h>

#include "absl/log/check.h"
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
  PCHECK(::sigaction(signal, &action, &previous_) == 0) << "sigaction for signal " << signal;
}

ScopedDisposition ScopedDisposition::Ignore(int signal) {
  return ScopedDisposition(signal, ActionFor(SIG_IGN));
}

void ScopedDisposition::Restore() {
  if (signal_ != 0) ::sigaction(signal_, &previous_, nullptr);
}

void ResetDispositions(const SignalSet& ignored) {
  const struct sigaction by_default = ActionFor(SIG_DFL);
  const struct sigaction ignore = ActionFor(SIG_IGN);
  for (int signal = 1; signal < kSignalLimit; ++signal) {
    // Fails for SIGKILL and SIGSTOP, which have no other than the default anyway.
    ::sigaction(signal, ignored.Contains(signal) ? &ignore : &by_default, nullptr);
  }
}

}  // namespace forklift::signals
