// ScopedSignalMask blocks signals in the calling thread, and puts its mask back as it was at the
// end.
//
// A blocked signal is not lost: it waits (one of each kind, and every real-time one) and is
// delivered when it is unblocked; one that another thread does not block goes there. Never waits,
// never allocates. Destroy it in the thread that made it.
//
// Each thread has a mask of its own. New threads, fork and exec inherit the caller's: a child made
// in this scope, and the program that it execs, start with these signals blocked and may never
// notice. What waits is not inherited by fork or a new thread; exec keeps it. proc::Fork gives its
// child an empty mask.
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

// Blocks `signals` in the calling thread, for good. Async-signal-safe, as all the following are.
void BlockSignals(const SignalSet& signals);

// Stops blocking `signals` in the calling thread; what has waited is delivered before it returns.
void UnblockSignals(const SignalSet& signals);

// What the calling thread blocks now.
SignalSet BlockedSignals();

// Makes the calling thread block `signals` and nothing else; a fresh child that shall see every
// signal says SetBlockedSignals({}).
void SetBlockedSignals(const SignalSet& signals);

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_MASK_H_
