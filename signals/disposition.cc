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

void ResetDispositions() {
  const struct sigaction defaults = ActionFor(SIG_DFL);
  for (int signal = 1; signal < kSignalLimit; ++signal) {
    ::sigaction(signal, &defaults,
                nullptr);  // fails for SIGKILL and SIGSTOP, which have no other anyway
  }
}

}  // namespace forklift::signals
