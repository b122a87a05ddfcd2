// Dispositions: what the process does when a signal comes. ScopedDisposition changes one and puts
// back what was there; ResetDispositions gives a fresh child the defaults.
//
// Dispositions belong to the whole process, not to a thread. fork copies them; exec keeps only
// "ignore". Nothing here waits or allocates.
//
//   ScopedDisposition ignored = ScopedDisposition::Ignore(SIGPIPE);  // until the end of the scope
#ifndef FORKLIFT_SIGNALS_DISPOSITION_H_
#define FORKLIFT_SIGNALS_DISPOSITION_H_

#include <signal.h>

#include <utility>

#include "forklift/signals/signal_set.h"

namespace forklift::signals {

// The signal number must be one whose disposition can change (not SIGKILL, SIGSTOP or none at all);
// the program dies otherwise. Not for two threads at once.
class [[nodiscard]] ScopedDisposition {
 public:
  // As sigaction(2) takes it.
  ScopedDisposition(int signal, const struct sigaction& action);

  static ScopedDisposition Ignore(int signal);

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

// Sets every signal to its default disposition, or ignores it where it is in `ignored`; leaves the
// mask alone. Async-signal-safe: for a child between fork and exec or before its own work. Block
// the signals first, or one may strike half way.
void ResetDispositions(const SignalSet& ignored = {});

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_DISPOSITION_H_
