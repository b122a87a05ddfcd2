// SignalFd is the SignalSource that needs no handler: the signals stay blocked, and Linux makes a
// descriptor readable while one of them is pending (signalfd(2)).
//
// No system call is interrupted, and real-time signals wait in the kernel's queue instead of a
// pipe. In return every thread must block the signals, or the kernel gives them to one that does
// not, which suffers their disposition: create it before the threads, which inherit the mask. A
// signal that is sent to one thread (raise, pthread_kill) is seen only by a Drain in that thread.
//
// Owns the descriptor, the mask of the calling thread as to these signals, and the disposition of
// SIGCHLD where that is one of them and ignored: then it would not even be sent. Never blocks.
// Create, Drain and destroy in one thread.
//
// Across fork: a child inherits the mask (exec keeps it), so a signal to the child waits there, and
// never wakes the parent. The descriptor shows each process its own signals, whoever opened it; an
// epoll set that a child inherits still tells of the parent's. A child that goes on to its own work
// calls SetBlockedSignals({}), as proc::Fork does for it, and may create a SignalFd of its own.
#ifndef FORKLIFT_SIGNALS_SIGNAL_FD_H_
#define FORKLIFT_SIGNALS_SIGNAL_FD_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "forklift/net/unique_fd.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_claim.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"

namespace forklift::signals {

class SignalFd final : public SignalSource {
 public:
  // Blocks `signals` in the calling thread. kInvalidArgument and kAlreadyExists as of
  // SelfPipe::Create; an error of signalfd otherwise (no descriptor left).
  static absl::StatusOr<std::unique_ptr<SignalFd>> Create(const SignalSet& signals);

  // Drops what was not drained, and unblocks the signals in the calling thread if they were not
  // blocked before. In a child that inherited it, just closes the child's copy of the descriptor.
  ~SignalFd() override;

  int fd() const override { return fd_.get(); }
  [[nodiscard]] ReceivedSignals Drain() override;

 private:
  SignalFd(SignalClaim claim, net::UniqueFd fd);

  const SignalClaim claim_;  // given back last
  const net::UniqueFd fd_;
  const SignalSet previously_unblocked_;  // of its own
  std::optional<ScopedDisposition> child_disposition_;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_FD_H_
