#include "forklift/benchmarks/system_calls.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"

namespace forklift::benchmarks {
namespace {

constexpr int kSystemCallStop = SIGTRAP | 0x80;  // with PTRACE_O_TRACESYSGOOD

// A call that does nothing, and that nobody else makes: before the operation and after it.
void Mark() { ::syscall(SYS_close, -1); }

bool EntersMark(const __ptrace_syscall_info& call) {
  return call.entry.nr == SYS_close && static_cast<int>(call.entry.args[0]) == -1;
}

int WaitFor(pid_t process) {
  int status = 0;
  return net::RetryOnEintr([&] { return ::waitpid(process, &status, 0); }) == process ? status : 0;
}

// In the tracer: what `process`, which goes on now, calls between two marks. -1 where it ends.
ssize_t CountCalls(pid_t process) {
  ssize_t calls = -1;  // until the first
  int signal = 0;      // for it to get
  while (::ptrace(PTRACE_SYSCALL, process, nullptr, signal) == 0) {
    const int status = WaitFor(process);
    if (!WIFSTOPPED(status)) break;
    const bool is_call = WSTOPSIG(status) == kSystemCallStop;
    signal = is_call || status >> 16 != 0 ? 0 : WSTOPSIG(status);
    __ptrace_syscall_info call = {};
    if (!is_call || ::ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof(call), &call) <= 0) continue;
    if (call.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
    if (!EntersMark(call)) {
      if (calls >= 0) ++calls;
    } else if (calls < 0) {
      calls = 0;
    } else {
      return calls;
    }
  }
  return -1;
}

void Trace(pid_t process, const net::SocketPair& sockets) {
  if (::ptrace(PTRACE_SEIZE, process, nullptr, PTRACE_O_TRACESYSGOOD) != 0) return;
  if (::ptrace(PTRACE_INTERRUPT, process, nullptr, nullptr) != 0) return;
  if (!WIFSTOPPED(WaitFor(process))) return;
  if (::write(sockets.second.get(), "r", 1) != 1) return;  // it reads that once it goes on
  const ssize_t calls = CountCalls(process);
  (void)!::write(sockets.second.get(), &calls, sizeof(calls));
}

}  // namespace

std::optional<size_t> SystemCallsOf(absl::FunctionRef<void()> operation) {
  ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // EINVAL without Yama, which would ask for it
  absl::StatusOr<net::SocketPair> sockets =
      net::CreateSocketPair(net::SocketPairType::kStream, net::BlockingMode::kBlocking);
  CHECK_OK(sockets);
  const pid_t process = ::getpid();
  const pid_t tracer = ::fork();
  PCHECK(tracer >= 0);
  if (tracer == 0) {
    sockets->first.reset();
    Trace(process, *sockets);
    ::_exit(0);  // which ends the tracing
  }
  sockets->second.reset();
  const auto receive = [&](auto& value) {
    return net::RetryOnEintr([&] { return ::read(sockets->first.get(), &value, sizeof(value)); }) ==
           static_cast<ssize_t>(sizeof(value));
  };
  char ready;
  ssize_t calls = -1;
  if (receive(ready)) {
    Mark();
    operation();
    Mark();
    CHECK(receive(calls) && calls >= 0) << "the tracer has died";
  }
  PCHECK(net::RetryOnEintr([&] { return ::waitpid(tracer, nullptr, 0); }) == tracer);
  return calls >= 0 ? std::optional(static_cast<size_t>(calls)) : std::nullopt;
}

}  // namespace forklift::benchmarks
