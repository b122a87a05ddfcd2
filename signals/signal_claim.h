// SignalClaim reserves signals for one SignalSource of the process: two that catch the same signal
// would each miss what the other takes.
//
// A claim belongs to the process that took it: a child inherits the object, but not the claim, and
// may take one of its own. Take allocates for its errors; the rest is async-signal-safe. Any
// thread.
#ifndef FORKLIFT_SIGNALS_SIGNAL_CLAIM_H_
#define FORKLIFT_SIGNALS_SIGNAL_CLAIM_H_

#include <sys/types.h>

#include <utility>

#include "absl/status/statusor.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {

class SignalClaim {
 public:
  // kInvalidArgument where one of `signals` cannot be caught (SIGKILL, SIGSTOP) and for the
  // synchronous ones, which must not return to what caused them (SIGSEGV, SIGBUS, SIGFPE, SIGILL);
  // kAlreadyExists where one is claimed already.
  static absl::StatusOr<SignalClaim> Take(const SignalSet& signals);

  // Gives them back, in the process that took them.
  ~SignalClaim();

  SignalClaim(SignalClaim&& other) noexcept
      : owner_pid_(other.owner_pid_), signals_(std::exchange(other.signals_, {})) {}
  SignalClaim& operator=(SignalClaim&&) = delete;

  const SignalSet& signals() const { return signals_; }

  // Whether this is the process that took it, and not a child of it.
  bool InOwner() const;

  // The process that has claimed the signal, 0 for none. Right after a fork that is the parent
  // still, and a vfork child, too, is told from its parent by this. Only a process that is pid 1,
  // and clones a child that is pid 1 of a new pid namespace, must reset the child's dispositions
  // itself.
  static pid_t HolderOf(int signal);

 private:
  explicit SignalClaim(pid_t owner_pid) : owner_pid_(owner_pid) {}

  const pid_t owner_pid_;
  SignalSet signals_;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_CLAIM_H_
