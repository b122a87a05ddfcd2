#include "forklift/signals/self_pipe.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_claim.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {
namespace {

static_assert(std::atomic<uint64_t>::is_always_lock_free, "the handler must not take a lock");
static_assert(std::is_trivially_copyable_v<SignalInfo> && sizeof(SignalInfo) <= PIPE_BUF,
              "it travels through the pipe, whole or not at all (pipe(7))");

// Handlers that may hold a pointer from the table below, in any thread of the process whose pid is
// in the upper half. Together, so that a child begins at zero: the threads of its parent that were
// in a handler at the fork are not in it.
std::atomic<uint64_t> handlers_running = 0;

uint64_t NoHandlersOf(pid_t pid) { return static_cast<uint64_t>(pid) << 32; }

void StartCountingHandlersOf(pid_t pid) {
  uint64_t running = handlers_running.load();
  while (running >> 32 != static_cast<uint64_t>(pid) &&
         !handlers_running.compare_exchange_weak(running, NoHandlersOf(pid))) {
  }
}

}  // namespace

struct SelfPipe::Caught {
  Caught(int signal, int write_end, const struct sigaction& previous,
         const struct sigaction& action)
      : signal(signal), write_end(write_end), previous(previous) {
    // A handler can only reach its state through a global; so that comes before the disposition.
    by_signal[signal].store(this);
    disposition.emplace(signal, action);
  }

  void Receive(siginfo_t* info, void* context);

  // Which object each signal goes to.
  static std::atomic<Caught*> by_signal[kSignalLimit];

  const pid_t owner_pid = ::getpid();
  const int signal;
  const int write_end;
  const struct sigaction previous;  // to call on; SIG_DFL for none
  std::atomic<uint64_t> count = 0;
  std::atomic<uint64_t> infos_lost = 0;
  std::optional<ScopedDisposition> disposition;
};

std::atomic<SelfPipe::Caught*> SelfPipe::Caught::by_signal[kSignalLimit];

// Count, then wake: the other way round, a reader could wake and not see it.
void SelfPipe::Caught::Receive(siginfo_t* info, void* context) {
  count.fetch_add(1);
  const SignalInfo record = SignalInfo::From(*info);
  // EAGAIN: the pipe is full, so the reader is going to wake up anyway.
  if (::write(write_end, &record, sizeof(record)) < 0) infos_lost.fetch_add(1);
  if (previous.sa_handler == SIG_DFL) return;
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, context);
  } else {
    previous.sa_handler(signal);
  }
}

void SelfPipe::OnSignal(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  // A child that inherited this handler shares its parent's pipe, and after vfork its memory too.
  // It must touch neither.
  const pid_t pid = ::getpid();
  if (SignalClaim::HolderOf(signal) == pid) {
    handlers_running.fetch_add(1);
    Caught* const caught = Caught::by_signal[signal].load();
    // It may have claimed the signal for another source, and have its parent's handler still.
    if (caught != nullptr && caught->owner_pid == pid) caught->Receive(info, context);
    handlers_running.fetch_sub(1);
  }
  errno = saved_errno;
}

absl::StatusOr<std::unique_ptr<SelfPipe>> SelfPipe::Create(const SignalSet& signals,
                                                           const SelfPipeOptions& options) {
  StartCountingHandlersOf(::getpid());
  absl::StatusOr<SignalClaim> claim = SignalClaim::Take(signals);
  if (!claim.ok()) return claim.status();
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kNonBlocking);
  if (!pipe.ok()) return pipe.status();
  auto self_pipe = absl::WrapUnique(new SelfPipe(*std::move(claim), *std::move(pipe)));
  for (int signal : signals) self_pipe->Catch(signal, options);
  UnblockSignals(signals);
  return self_pipe;
}

SelfPipe::SelfPipe(SignalClaim claim, net::Pipe pipe)
    : claim_(std::move(claim)),
      pipe_(std::move(pipe)),
      previously_blocked_(BlockedSignals() & claim_.signals()) {}

void SelfPipe::Catch(int signal, const SelfPipeOptions& options) {
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigfillset(&action.sa_mask);  // one handler at a time in a thread keeps its stack small
  struct sigaction previous = {};
  if (options.call_previous_handlers) ::sigaction(signal, nullptr, &previous);
  // A child may find its parent's SelfPipe there, which would call itself for ever.
  if (previous.sa_handler == SIG_IGN || previous.sa_sigaction == OnSignal) previous = {};
  caught_.push_back(std::make_unique<Caught>(signal, pipe_.write_end.get(), previous, action));
}

SelfPipe::~SelfPipe() {
  if (!claim_.InOwner()) {
    for (const std::unique_ptr<Caught>& caught : caught_) {
      caught->disposition->Abandon();  // the child has dispositions of its own by now
      Caught* inherited = caught.get();
      Caught::by_signal[caught->signal].compare_exchange_strong(inherited, nullptr);
    }
    return;
  }
  BlockSignals(previously_blocked_);
  for (const std::unique_ptr<Caught>& caught : caught_) {
    caught->disposition.reset();
    Caught::by_signal[caught->signal].store(nullptr);
  }
  // A handler in another thread may still be about to write; all that it uses must outlive it.
  while (handlers_running.load() != NoHandlersOf(::getpid())) ::sched_yield();
}

ReceivedSignals SelfPipe::Drain() {
  CHECK(claim_.InOwner())
      << "SelfPipe::Drain in a child would swallow its parent's wake-ups; create one of its own";
  ReceivedSignals received;
  // Bytes before counts: a signal that comes in between leaves its bytes for the next round. The
  // other way round, its bytes could be taken here and its count stay unseen.
  std::array<SignalInfo, 64> infos;
  for (size_t taken = 0; taken < ReceivedSignals::kMaxInfos; taken += infos.size()) {
    const ssize_t size =
        net::RetryOnEintr([&] { return ::read(fd(), infos.data(), sizeof(infos)); });
    if (size <= 0) break;  // EAGAIN: empty
    const size_t count = static_cast<size_t>(size) / sizeof(SignalInfo);
    for (size_t i = 0; i < count; ++i) received.AddInfo(infos[i]);
    if (count < infos.size()) break;  // it was empty after these
  }
  for (const std::unique_ptr<Caught>& caught : caught_) {
    const uint64_t count = caught->count.exchange(0);
    if (count > 0) received.Add(caught->signal, count);
    received.AddInfosLost(caught->infos_lost.exchange(0));
  }
  return received;
}

}  // namespace forklift::signals
