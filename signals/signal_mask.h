// ScopedSignalMask blocks signals in the calling thread, and puts its mask back as it was at the
// end.
//
// A blocked signal is not lost: it waits (one of each kind) and is delivered when it is unblocked.
// Each thread has a mask of its own; fork, exec and new threads inherit the caller's, so a child
// made in this scope starts with these signals blocked. Never waits, never allocates. Destroy it in
// the thread that made it.
//
//   ScopedSignalMask blocked(SignalSet::All());
//   const pid_t pid = ::fork();  // no handler runs in the child before it is ready
#ifndef FORKLIFT_SIGNALS_SIGNAL_MASK_H_
#define FORKLIFT_SIGNALS_SIGNAL_MASK_H_

#include "forklift/signals/signal_set.h"

namespace forklift::signals {

class [[nodiscard]] ScopedSignalMask {
 public:
  // Blocks `signals` beside what is blocked already (pthread_sigmask SIG_BLOCK; SIGKILL and SIGSTOP
  // cannot be).
  explicit ScopedSignalMask(const SignalSet& signals);
  ~ScopedSignalMask();

  ScopedSignalMask(const ScopedSignalMask&) = delete;
  ScopedSignalMask& operator=(const ScopedSignalMask&) = delete;

  // What was blocked before.
  const SignalSet& previous() const { return previous_; }

 private:
  SignalSet previous_;
};

// Stops blocking `signals` in the calling thread; what has waited is delivered before it returns.
// Async-signal-safe.
void UnblockSignals(const SignalSet& signals);

// What the calling thread blocks now.
SignalSet BlockedSignals();

// Makes the calling thread block `signals` and nothing else; a fresh child that shall see every
// signal says SetBlockedSignals({}). Async-signal-safe.
void SetBlockedSignals(const SignalSet& signals);

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_MASK_H_
