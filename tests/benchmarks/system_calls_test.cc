#include "forklift/benchmarks/system_calls.h"

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "absl/log/check.h"
#include "forklift/signals/disposition.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::benchmarks {
namespace {

class SystemCallsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!SystemCallsOf([] {})) GTEST_SKIP() << "this process may not be traced";
  }
};

TEST_F(SystemCallsTest, CountsTheOperationsAlone) {
  const tests::Holdings before = tests::Holdings::Now();
  EXPECT_EQ(SystemCallsOf([] {}), 0u);
  EXPECT_EQ(SystemCallsOf([] {
              for (int i = 0; i < 3; ++i) ::getppid();
            }),
            3u);
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_F(SystemCallsTest, RunsTheOperationInThisProcess) {
  int runs = 0;
  ASSERT_TRUE(SystemCallsOf([&] { ++runs; }));
  EXPECT_EQ(runs, 1);
}

int handled = 0;

TEST_F(SystemCallsTest, LetsSignalsThrough) {
  struct sigaction action = {};
  action.sa_handler = [](int) { ++handled; };
  const signals::ScopedDisposition disposition(SIGUSR1, action);
  EXPECT_EQ(SystemCallsOf([] { ::kill(::getpid(), SIGUSR1); }), 3u) << "with rt_sigreturn";
  EXPECT_EQ(handled, 1);
}

TEST_F(SystemCallsTest, LeavesOutWhatOtherProcessesCall) {
  const std::optional<size_t> calls = SystemCallsOf([] {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0; i < 1000; ++i) ::getppid();
      ::_exit(0);
    }
    PCHECK(::waitpid(child, nullptr, 0) == child);
  });
  EXPECT_GE(calls, 2u);
  EXPECT_LT(calls, 1000u) << "fork itself makes some more";
}

}  // namespace
}  // namespace forklift::benchmarks
