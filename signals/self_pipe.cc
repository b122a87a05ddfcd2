#include "forklift/signals/self_pipe.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {
namespace {

static_assert(kSignalLimit <= 65, "the pending signals are bits of a uint64_t");
static_assert(std::atomic<uint64_t>::is_always_lock_free, "the handler must not take a lock");
static_assert(std::atomic<SelfPipe*>::is_always_lock_free, "the handler must not take a lock");

// Which object each signal goes to. A handler can only reach its state through a global.
std::atomic<SelfPipe*> receivers[kSignalLimit];

// Handlers that may hold a pointer from the table, in any thread.
std::atomic<int> handlers_running = 0;

}  // namespace

void SelfPipe::OnSignal(int signal) {
  const int saved_errno = errno;
  handlers_running.fetch_add(1);
  SelfPipe* receiver = receivers[signal].load();
  // A child that inherited this handler shares its parent's pipe, and must not write to it.
  if (receiver != nullptr && !receiver->InChild()) {
    receiver->pending_.fetch_or(uint64_t{1} << (signal - 1));
    // EAGAIN: the pipe is full, so the reader is going to wake up anyway.
    [[maybe_unused]] const ssize_t written = ::write(receiver->write_end_.get(), "", 1);
  }
  handlers_running.fetch_sub(1);
  errno = saved_errno;
}

absl::StatusOr<std::unique_ptr<SelfPipe>> SelfPipe::Create(const SignalSet& signals) {
  for (int signal : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    if (signals.Contains(signal)) {
      return absl::InvalidArgumentError(absl::StrCat("SelfPipe: signal ", signal, " (",
                                                     ::strsignal(signal),
                                                     ") cannot be turned into an event"));
    }
  }
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kNonBlocking);
  if (!pipe.ok()) return pipe.status();
  auto self_pipe = absl::WrapUnique(new SelfPipe(*std::move(pipe)));
  for (int signal = 1; signal < kSignalLimit; ++signal) {
    if (!signals.Contains(signal)) continue;
    const absl::Status caught = self_pipe->Catch(signal);
    if (!caught.ok()) return caught;  // the destructor gives back those before it
  }
  UnblockSignals(signals);
  return self_pipe;
}

SelfPipe::SelfPipe(net::Pipe pipe)
    : owner_pid_(::getpid()),
      read_end_(std::move(pipe.read_end)),
      write_end_(std::move(pipe.write_end)),
      previously_blocked_(BlockedSignals()) {}

absl::Status SelfPipe::Catch(int signal) {
  SelfPipe* nobody = nullptr;
  if (!receivers[signal].compare_exchange_strong(nobody, this)) {
    return absl::AlreadyExistsError(
        absl::StrCat("SelfPipe: another one has signal ", signal, " (", ::strsignal(signal), ")"));
  }
  caught_.push_back(signal);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  ::sigfillset(&action.sa_mask);  // one handler at a time in a thread keeps its stack small
  dispositions_.emplace_back(signal, action);
  return absl::OkStatus();
}

SelfPipe::~SelfPipe() {
  if (InChild()) {
    // The child has dispositions of its own by now, and the handlers that were running are not in
    // it.
    for (ScopedDisposition& disposition : dispositions_) disposition.Abandon();
    for (int signal : caught_) receivers[signal].store(nullptr);
    handlers_running.store(0);
    return;
  }
  SetBlockedSignals(previously_blocked_);
  dispositions_.clear();
  for (int signal : caught_) receivers[signal].store(nullptr);
  // A handler in another thread may still be about to write; the descriptor must outlive it.
  while (handlers_running.load() != 0) ::sched_yield();
}

bool SelfPipe::InChild() const { return ::getpid() != owner_pid_; }

SignalSet SelfPipe::Drain() {
  CHECK(!InChild())
      << "SelfPipe::Drain in a child would swallow its parent's wake-ups; create one of its own";
  // Bytes before bits: a signal that comes in between leaves its byte for the next round. The other
  // way round, its byte could be taken here and its bit stay unseen.
  char bytes[512];
  while (net::RetryOnEintr([&] { return ::read(read_end_.get(), bytes, sizeof(bytes)); }) > 0) {
  }
  const uint64_t pending = pending_.exchange(0);
  SignalSet signals;
  for (int signal = 1; signal < kSignalLimit; ++signal) {
    if ((pending >> (signal - 1)) & 1) signals.Add(signal);
  }
  return signals;
}

}  // namespace forklift::signals
