// TracedChild is a child that has ended but cannot be reaped: a tracer (ptrace(2)) holds it until
// it is told to let go.
#ifndef FORKLIFT_TESTS_SUPPORT_TRACED_CHILD_H_
#define FORKLIFT_TESTS_SUPPORT_TRACED_CHILD_H_

#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/child.h"
#include "forklift/proc/fork.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"

namespace forklift::tests {

// What the calling thread has used, to tell a wait that sleeps from one that spins.
inline absl::Duration CpuTimeOfThread() {
  timespec used;
  PCHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0);
  return absl::DurationFromTimespec(used);
}

struct TracedChild {
  proc::Child child;   // a zombie
  proc::Child tracer;  // to let go, SIGKILL it

  // Empty where this process may not trace its children.
  static std::optional<TracedChild> Start() {
    std::optional<proc::Child> child = StartReady([] {
      ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // EINVAL without Yama, which would ask for it
      return true;
    });
    const pid_t pid = child->pid();
    std::optional<proc::Child> tracer =
        StartReady([&] { return ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0; });
    if (!tracer) return std::nullopt;
    CHECK(::kill(pid, SIGKILL) == 0);
    CHECK(Eventually([&] { return ProcessState(pid) == 'Z'; }));
    return TracedChild{.child = *std::move(child), .tracer = *std::move(tracer)};
  }

 private:
  // A process that has done `prepare`, and waits; empty where that failed.
  static std::optional<proc::Child> StartReady(absl::FunctionRef<bool()> prepare) {
    absl::StatusOr<net::Pipe> ready = net::CreatePipe(net::BlockingMode::kBlocking);
    CHECK_OK(ready);
    const absl::StatusOr<pid_t> pid = proc::Fork([&] {
      if (!prepare() || ::write(ready->write_end.get(), "r", 1) != 1) return 1;
      return ::pause();
    });
    CHECK_OK(pid);
    proc::Child child(*pid);
    ready->write_end.reset();
    char byte;
    if (::read(ready->read_end.get(), &byte, 1) != 1) return std::nullopt;
    return child;
  }
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_TRACED_CHILD_H_
