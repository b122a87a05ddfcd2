#include "forklift/signals/signal_mask.h"

#include <signal.h>

#include "forklift/signals/signal_set.h"

namespace forklift::signals {

// pthread_sigmask fails only for a bad first argument, so its result says nothing here.

ScopedSignalMask::ScopedSignalMask(const SignalSet& signals) {
  sigset_t previous;
  ::pthread_sigmask(SIG_BLOCK, &signals.native(), &previous);
  previous_ = SignalSet(previous);
}

ScopedSignalMask::~ScopedSignalMask() { SetBlockedSignals(previous_); }

void BlockSignals(const SignalSet& signals) {
  ::pthread_sigmask(SIG_BLOCK, &signals.native(), nullptr);
}

void UnblockSignals(const SignalSet& signals) {
  ::pthread_sigmask(SIG_UNBLOCK, &signals.native(), nullptr);
}

SignalSet BlockedSignals() {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return SignalSet(blocked);
}

void SetBlockedSignals(const SignalSet& signals) {
  ::pthread_sigmask(SIG_SETMASK, &signals.native(), nullptr);
}

}  // namespace forklift::signals
