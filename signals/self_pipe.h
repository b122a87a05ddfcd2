// SelfPipe turns signals into readability of a descriptor, so that a poll loop handles them as one
// more event.
//
// A signal that comes between the check and the wait is not lost, as a flag alone would lose it:
// its byte is in the pipe. The handler keeps errno, sets a bit, writes one byte and does nothing
// else; the bytes only wake, the bits tell which signals came, so a full pipe loses nothing.
// Signals of one kind coalesce, as they do in the kernel: treat SIGCHLD as "at least one", and reap
// until there is none.
//
// Owns the pipe and the dispositions of its signals, which it puts back at the end. Never blocks.
// Handlers use SA_RESTART, but poll, epoll_wait and others are interrupted all the same
// (signal(7)): a loop sees EINTR, then the descriptor. Create, Drain and destroy in one thread; the
// signals may hit any.
//
// Across fork: a handler that runs in a child that inherited it does nothing, so a signal to the
// child never wakes the parent. A child that goes on to its own work calls ResetDispositions, as
// proc::Fork does for it, and may create a SelfPipe of its own.
//
//   absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create({SIGCHLD, SIGTERM});
//   pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
//   while (::poll(&entry, 1, -1) != 1) {}
//   if ((*self_pipe)->Drain().Contains(SIGCHLD)) reaper.ReapAll();
#ifndef FORKLIFT_SIGNALS_SELF_PIPE_H_
#define FORKLIFT_SIGNALS_SELF_PIPE_H_

#include <stdint.h>
#include <sys/types.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {

class SelfPipe {
 public:
  // Starts to catch `signals`, and unblocks them in the calling thread: a program started with them
  // blocked would never see one. kInvalidArgument where one cannot be caught (SIGKILL, SIGSTOP) and
  // for the synchronous ones, which must not return to what caused them (SIGSEGV, SIGBUS, SIGFPE,
  // SIGILL); kAlreadyExists where another SelfPipe of this process has one of them; an error of
  // pipe2 otherwise.
  static absl::StatusOr<std::unique_ptr<SelfPipe>> Create(const SignalSet& signals);

  // Stops: the dispositions and the calling thread's mask are as they were before. Only in the
  // process that created it; in a child that inherited it, just closes the child's copy of the
  // pipe.
  ~SelfPipe();

  SelfPipe(const SelfPipe&) = delete;
  SelfPipe& operator=(const SelfPipe&) = delete;

  // Readable when a signal has come since the last Drain. To poll, not to read.
  int fd() const { return read_end_.get(); }

  // The signals that came since the last Drain; empty after a spurious wake-up. Makes fd()
  // unreadable.
  [[nodiscard]] SignalSet Drain();

 private:
  explicit SelfPipe(net::Pipe pipe);

  // Gives the signal to this object: kAlreadyExists where another has it.
  absl::Status Catch(int signal);
  bool InChild() const;

  // The handler; errno is as before when it returns.
  static void OnSignal(int signal);

  const pid_t owner_pid_;
  net::UniqueFd read_end_;
  net::UniqueFd write_end_;
  std::atomic<uint64_t> pending_ = 0;  // bit n-1 for signal n
  std::vector<int> caught_;
  std::vector<ScopedDisposition> dispositions_;
  SignalSet previously_blocked_;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SELF_PIPE_H_
