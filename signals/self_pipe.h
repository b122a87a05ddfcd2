// SelfPipe is the SignalSource that catches signals: its handler writes to a pipe, and a poll loop
// sees the pipe readable.
//
// A signal that comes between the check and the wait is not lost, as a flag alone would lose it:
// its bytes are in the pipe. The handler keeps errno, counts the signal, writes what the kernel
// told of it in one write, and does nothing else, unless it is asked to call the handler that was
// there before. The bytes wake and inform, the counts tell which signals came: a full pipe loses no
// signal, only the information on the excess, and that is counted.
//
// Owns the pipe and the dispositions of its signals. Never blocks. Handlers use SA_RESTART, but
// poll, epoll_wait and others are interrupted all the same (signal(7)): a loop sees EINTR, then the
// descriptor. They run on the alternate stack of threads that have one. Create, Drain and destroy
// in one thread; the signals may hit any, and other threads may have a SelfPipe for other signals.
//
// Across fork, vfork and clone: a handler that runs in a child that inherited it does nothing, so a
// signal to the child never wakes the parent. That costs a getpid in each handler; nothing cheaper
// tells a vfork child from its parent. A child that goes on to its own work calls
// ResetDispositions, as proc::Fork does for it, and may create a SelfPipe of its own.
//
//   absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create({SIGCHLD, SIGTERM});
//   if (!self_pipe.ok()) return self_pipe.status();
//   bool stop = false;
//   while (!stop) {
//     pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
//     if (::poll(&entry, 1, -1) < 0 && errno == EINTR) continue;
//     const ReceivedSignals received = (*self_pipe)->Drain();  // signals first, then new work
//     if (received.Contains(SIGCHLD)) reaper.ReapAll();
//     stop = received.Contains(SIGTERM);
//   }
#ifndef FORKLIFT_SIGNALS_SELF_PIPE_H_
#define FORKLIFT_SIGNALS_SELF_PIPE_H_

#include <signal.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/net/pipe.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_claim.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"

namespace forklift::signals {

struct SelfPipeOptions {
  // Whether the handler ends by calling the one that was there before (not SIG_IGN or SIG_DFL),
  // with the same arguments. It runs with all signals blocked, whatever its own mask and flags say,
  // must be async-signal-safe, and must return. In a forked child it is not called either.
  bool call_previous_handlers = false;
};

class SelfPipe final : public SignalSource {
 public:
  // Starts to catch `signals`, and unblocks them in the calling thread: a program started with them
  // blocked would never see one. kInvalidArgument where one cannot be caught (SIGKILL, SIGSTOP) and
  // for the synchronous ones, which must not return to what caused them (SIGSEGV, SIGBUS, SIGFPE,
  // SIGILL); kAlreadyExists where another SignalSource of this process has one of them; an error of
  // pipe2 otherwise.
  static absl::StatusOr<std::unique_ptr<SelfPipe>> Create(const SignalSet& signals,
                                                          const SelfPipeOptions& options = {});

  // Stops: the dispositions are as they were before, and the signals are blocked again in the
  // calling thread if they were. What was not drained is dropped. Only in the process that created
  // it; in a child that inherited it, just closes the child's copy of the pipe.
  ~SelfPipe() override;

  int fd() const override { return pipe_.read_end.get(); }
  [[nodiscard]] ReceivedSignals Drain() override;

 private:
  // One of the signals, as the handler sees it.
  struct Caught;

  SelfPipe(SignalClaim claim, net::Pipe pipe);
  void Catch(int signal, const SelfPipeOptions& options);

  // The handler; errno is as before when it returns.
  static void OnSignal(int signal, siginfo_t* info, void* context);

  const SignalClaim claim_;  // given back last
  const net::Pipe pipe_;
  const SignalSet previously_blocked_;  // of its own
  std::vector<std::unique_ptr<Caught>> caught_;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SELF_PIPE_H_
