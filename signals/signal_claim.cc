#include "forklift/signals/signal_claim.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/signals/signal_name.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {
namespace {

static_assert(std::atomic<pid_t>::is_always_lock_free, "a handler must not take a lock");

// The process that has each signal, 0 for none. Another's pid came by fork, and means none as well.
std::atomic<pid_t> holders[kSignalLimit];

}  // namespace

absl::StatusOr<SignalClaim> SignalClaim::Take(const SignalSet& signals) {
  for (int signal : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    if (signals.Contains(signal)) {
      return absl::InvalidArgumentError(
          absl::StrCat(SignalName(signal), " cannot be turned into an event"));
    }
  }
  SignalClaim claim(::getpid());
  for (int signal : signals) {
    pid_t holder = holders[signal].load();
    do {
      if (holder == claim.owner_pid_) {
        return absl::AlreadyExistsError(
            absl::StrCat(SignalName(signal), " has another SignalSource in this process"));
      }
    } while (!holders[signal].compare_exchange_weak(holder, claim.owner_pid_));
    claim.signals_.Add(signal);
  }
  return claim;
}

SignalClaim::~SignalClaim() {
  if (!InOwner()) return;
  for (int signal : signals_) holders[signal].store(0);
}

bool SignalClaim::InOwner() const { return ::getpid() == owner_pid_; }

pid_t SignalClaim::HolderOf(int signal) { return holders[signal].load(); }

}  // namespace forklift::signals
