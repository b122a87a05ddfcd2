#include "forklift/proc/exit_status.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

ExitStatus StatusOf(absl::FunctionRef<void()> body, int wait_options = 0) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const rlimit no_core = {};
    ::setrlimit(RLIMIT_CORE, &no_core);
    body();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, wait_options), pid);
  const ExitStatus result = ExitStatus::FromWaitStatus(status);
  if (result.kind() == ExitStatus::Kind::kStopped) {
    ::kill(pid, SIGCONT);
    int continued = 0;
    EXPECT_EQ(::waitpid(pid, &continued, WCONTINUED), pid);
    EXPECT_EQ(ExitStatus::FromWaitStatus(continued).kind(), ExitStatus::Kind::kContinued);
    EXPECT_EQ(ExitStatus::FromWaitStatus(continued).ToString(), "continued");
    EXPECT_EQ(::waitpid(pid, &continued, 0), pid);
  }
  return result;
}

TEST(ExitStatusTest, Exited) {
  for (int code : {0, 1, 42, 255}) {
    const ExitStatus status = StatusOf([&] { ::_exit(code); });
    EXPECT_EQ(status.kind(), ExitStatus::Kind::kExited);
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(status.signal(), 0);
    EXPECT_EQ(status.success(), code == 0);
    EXPECT_EQ(status.ShellCode(), code);
    EXPECT_EQ(absl::StrCat(status), absl::StrCat("exited with status ", code));
  }
}

TEST(ExitStatusTest, Killed) {
  const ExitStatus status = StatusOf([] { ::raise(SIGKILL); });
  EXPECT_EQ(status.kind(), ExitStatus::Kind::kSignalled);
  EXPECT_EQ(status.signal(), SIGKILL);
  EXPECT_EQ(status.code(), -1);
  EXPECT_FALSE(status.success());
  EXPECT_FALSE(status.core_dumped());
  EXPECT_EQ(status.ShellCode(), 137);
  EXPECT_EQ(status.ToString(), "killed by signal 9 (SIGKILL)");
}

TEST(ExitStatusTest, CoreDumpedIsTold) {
  // The bit that wait(2) sets; whether a core is really written depends on the machine.
  const ExitStatus status = ExitStatus::FromWaitStatus(SIGABRT | 0x80);
  EXPECT_EQ(status.signal(), SIGABRT);
  EXPECT_TRUE(status.core_dumped());
  EXPECT_EQ(status.ToString(), "killed by signal 6 (SIGABRT), core dumped");
}

TEST(ExitStatusTest, StoppedIsNotEnded) {
  const ExitStatus status = StatusOf([] { ::raise(SIGSTOP); }, WUNTRACED);
  EXPECT_EQ(status.kind(), ExitStatus::Kind::kStopped);
  EXPECT_EQ(status.signal(), SIGSTOP);
  EXPECT_EQ(status.ShellCode(), -1);
  EXPECT_EQ(status.ToString(), "stopped by signal 19 (SIGSTOP)");
}

// waitid(2) tells the same as waitpid(2), for every form.
TEST(ExitStatusTest, SignalInfoSaysTheSame) {
  for (int wait_status : {0x0000, 0x0300, 0xff00, 0x0009, 0x0086, 0x137f, 0xffff}) {
    const ExitStatus expected = ExitStatus::FromWaitStatus(wait_status);
    siginfo_t info = {};
    switch (expected.kind()) {
      case ExitStatus::Kind::kExited:
        info.si_code = CLD_EXITED;
        break;
      case ExitStatus::Kind::kSignalled:
        info.si_code = expected.core_dumped() ? CLD_DUMPED : CLD_KILLED;
        break;
      case ExitStatus::Kind::kStopped:
        info.si_code = CLD_STOPPED;
        break;
      case ExitStatus::Kind::kContinued:
        info.si_code = CLD_CONTINUED;
        break;
      case ExitStatus::Kind::kUnknown:
        FAIL() << wait_status;
    }
    info.si_status =
        expected.kind() == ExitStatus::Kind::kExited ? expected.code() : expected.signal();
    EXPECT_EQ(ExitStatus::FromSignalInfo(info), expected) << expected.ToString();
  }
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(42);
  siginfo_t info = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED), 0);
  EXPECT_EQ(ExitStatus::FromSignalInfo(info).code(), 42);
  EXPECT_EQ(ExitStatus::FromSignalInfo({}), ExitStatus::Unknown());
}

TEST(ExitStatusTest, UnknownAndComparison) {
  EXPECT_EQ(ExitStatus::Unknown().kind(), ExitStatus::Kind::kUnknown);
  EXPECT_EQ(ExitStatus::Unknown().ShellCode(), -1);
  EXPECT_FALSE(ExitStatus::Unknown().success());
  EXPECT_EQ(ExitStatus::FromWaitStatus(0), ExitStatus::FromWaitStatus(0));
  EXPECT_NE(ExitStatus::FromWaitStatus(0), ExitStatus::FromWaitStatus(SIGKILL));
}

}  // namespace
}  // namespace forklift::proc
