// Dispositions: what the process does when a signal comes. ScopedDisposition changes one and puts
// back what was there; ResetDispositions gives a fresh child the defaults.
//
// Dispositions belong to the whole process, not to a thread. fork copies them; exec keeps only
// "ignore". Nothing here waits or allocates.
//
// SIGPIPE: a program that checks its writes may ignore it for good, as its first act; its children
// inherit that, through exec too, unless they are started by proc::Fork. A library must not decide
// so for its program: it sends with MSG_NOSIGNAL (net/io.h), or writes to a pipe by way of
// net/sigpipe.h.
//
//   ScopedDisposition ignored = ScopedDisposition::Ignore(SIGPIPE);  // until the end of the scope
//   ScopedDisposition::Ignore(SIGPIPE).Abandon();                    // for good: a program's main
#ifndef FORKLIFT_SIGNALS_DISPOSITION_H_
#define FORKLIFT_SIGNALS_DISPOSITION_H_

#include <signal.h>

#include <utility>

#include "forklift/signals/signal_set.h"

namespace forklift::signals {

// The signal number must be one whose disposition can change (not SIGKILL, SIGSTOP or none at all);
// the program dies otherwise. Not for two threads at once. Where two change the same signal, the
// later one must end first.
class [[nodiscard]] ScopedDisposition {
 public:
  // As sigaction(2) takes it.
  ScopedDisposition(int signal, const struct sigaction& action);

  static ScopedDisposition Ignore(int signal);
  static ScopedDisposition Default(int signal);

  // Puts back what was there.
  ~ScopedDisposition() { Restore(); }

  ScopedDisposition(ScopedDisposition&& other) noexcept
      : signal_(std::exchange(other.signal_, 0)), previous_(other.previous_) {}
  ScopedDisposition& operator=(ScopedDisposition&&) = delete;

  // Leaves the signal as it is now instead of putting anything back.
  void Abandon() { signal_ = 0; }

 private:
  void Restore();

  int signal_;  // 0 once moved from or abandoned
  struct sigaction previous_;
};

// The signals that ResetDispositions(ignored) has to change, whoever has changed them before: those
// that are caught, that are ignored and not in `ignored`, or the other way round, and SIGCHLD where
// it leaves no zombies. Async-signal-safe; keeps errno.
SignalSet DispositionsToReset(const SignalSet& ignored = {});

// Sets each signal of `among` to its default disposition, or ignores it where it is in `ignored`;
// leaves the mask alone. Async-signal-safe: for a child between fork and exec or before its own
// work. Block the signals first, or one may strike half way.
//
// Costs a system call a signal, in a child that is slow to start with. A parent without other
// threads may ask DispositionsToReset just before the fork, with the signals blocked, where as many
// calls take half the time; the child then passes that on as `among`.
void ResetDispositions(const SignalSet& ignored = {}, const SignalSet& among = SignalSet::All());

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_DISPOSITION_H_
