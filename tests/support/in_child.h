// InChild runs a function in a child process of its own: for what would change the test's process
// for good, or might end or hang it.
#ifndef FORKLIFT_TESTS_SUPPORT_IN_CHILD_H_
#define FORKLIFT_TESTS_SUPPORT_IN_CHILD_H_

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/fork.h"

namespace forklift::tests {

// Starts a child that SIGALRM ends, should it hang. The process must have no threads.
inline pid_t StartChild(absl::FunctionRef<int()> body) {
  constexpr unsigned kSeconds = 60;
  const absl::StatusOr<pid_t> child = proc::Fork([&] {
    ::alarm(kSeconds);
    return body();
  });
  CHECK_OK(child);
  return *child;
}

// The child's result; 128 and the signal's number where one ended it.
inline int WaitForChild(pid_t child) {
  int status = 0;
  PCHECK(net::RetryOnEintr([&] { return ::waitpid(child, &status, 0); }) == child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

inline int InChild(absl::FunctionRef<int()> body) { return WaitForChild(StartChild(body)); }

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_IN_CHILD_H_
