#include "forklift/proc/close_on_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

bool IsCloseOnExec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

constexpr int kSkipped = 77;

bool MarksTheRangeAndNothingElse() {
  std::vector<net::UniqueFd> fds;
  for (int i = 0; i < 5; ++i) fds.emplace_back(::fcntl(STDOUT_FILENO, F_DUPFD, 20 + i));
  const int first = fds[0].get();
  if (fds[4].get() != first + 4) return false;
  const auto marked = [&](std::vector<bool> expected) {
    for (int i = 0; i < 5; ++i) {
      if (IsCloseOnExec(first + i) != expected[i]) return false;
    }
    return true;
  };
  CloseOnExec(first, first);  // an empty range
  if (!marked({false, false, false, false, false})) return false;
  CloseOnExec(first + 1, first + 3);
  if (!marked({false, true, true, false, false})) return false;
  CloseOnExecFrom(first + 4);
  return marked({false, true, true, false, true});
}

// Above a limit that was lowered after it was opened.
bool MarksWhatIsAboveTheLimit() {
  const net::UniqueFd high(::fcntl(STDOUT_FILENO, F_DUPFD, 900));
  const rlimit low = {.rlim_cur = 100, .rlim_max = 100};
  if (!high.valid() || ::setrlimit(RLIMIT_NOFILE, &low) != 0) return false;
  CloseOnExecFrom(high.get());
  return IsCloseOnExec(high.get());
}

// What a child says that may not call `refused`; loudly skipped where it cannot be forbidden.
bool HoldsWithout(std::initializer_list<long> refused, int error, absl::FunctionRef<bool()> body) {
  const absl::StatusOr<pid_t> pid = Fork([&] {
    if (!tests::RefuseSystemCalls(refused, error)) return kSkipped;
    return body() ? 0 : 1;
  });
  CHECK_OK(pid);
  const std::optional<ExitStatus> status = Child(*pid).Wait(net::Deadline::After(tests::kPatience));
  if (status && status->code() == kSkipped) {
    [] { GTEST_SKIP() << "the kernel has no filters of system calls"; }();
    return true;
  }
  return status && status->success();
}

TEST(CloseOnExecTest, MarksTheRangeAndNothingElse) { EXPECT_TRUE(MarksTheRangeAndNothingElse()); }

// An old kernel, one that does not know the flag, and the filter of an old container.
TEST(CloseOnExecTest, WithoutCloseRangeTheListOfTheKernelServes) {
  for (const int error : {ENOSYS, EINVAL, EPERM}) {
    EXPECT_TRUE(HoldsWithout({SYS_close_range}, error, MarksTheRangeAndNothingElse)) << error;
    EXPECT_TRUE(HoldsWithout({SYS_close_range}, error, MarksWhatIsAboveTheLimit)) << error;
  }
}

TEST(CloseOnExecTest, WithoutProcEitherTheNumbersServe) {
  for (const long list : {SYS_openat, SYS_getdents64}) {
    EXPECT_TRUE(HoldsWithout({SYS_close_range, list}, EPERM, MarksTheRangeAndNothingElse)) << list;
    EXPECT_TRUE(HoldsWithout({SYS_close_range, list}, EPERM, MarksWhatIsAboveTheLimit)) << list;
  }
}

// More than one read of the list holds.
TEST(CloseOnExecTest, ALongListIsReadToItsEnd) {
  EXPECT_TRUE(HoldsWithout({SYS_close_range}, ENOSYS, [] {
    std::vector<net::UniqueFd> fds;
    for (int i = 0; i < 500; ++i) fds.emplace_back(::fcntl(STDOUT_FILENO, F_DUPFD, 20));
    CloseOnExecFrom(20);
    return std::all_of(fds.begin(), fds.end(),
                       [](const net::UniqueFd& fd) { return IsCloseOnExec(fd.get()); });
  }));
}

}  // namespace
}  // namespace forklift::proc
