#include "forklift/signals/signal_mask.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

int handled = 0;
void Count(int) { ++handled; }

TEST(SignalMaskTest, BlocksInItsScopeAndLosesNothing) {
  struct sigaction action = {};
  action.sa_handler = Count;
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);
  {
    ScopedSignalMask blocked({SIGUSR1});
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(handled, 0);
    EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
    EXPECT_FALSE(blocked.previous().Contains(SIGUSR1));
  }
  EXPECT_EQ(handled, 1) << "two of a kind wait as one";
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
  ::sigaction(SIGUSR1, &previous, nullptr);
}

TEST(SignalMaskTest, NestsAndRestoresWhatWasBlockedBefore) {
  ScopedSignalMask outer({SIGUSR1});
  {
    ScopedSignalMask inner({SIGUSR1, SIGUSR2});
    EXPECT_TRUE(inner.previous().Contains(SIGUSR1));
    EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
  }
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR2));
}

TEST(SignalMaskTest, UnblockLeavesTheOthersBlocked) {
  const ScopedSignalMask blocked({SIGUSR1, SIGUSR2});
  UnblockSignals({SIGUSR1});
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
}

TEST(SignalMaskTest, SetReplacesTheWholeMask) {
  ScopedSignalMask restore({});
  SetBlockedSignals({SIGUSR1});
  SetBlockedSignals({SIGUSR2});
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
}

TEST(SignalMaskTest, BlockAddsToWhatIsBlocked) {
  const ScopedSignalMask restore({SIGUSR2});
  BlockSignals({SIGUSR1});
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
}

bool IsPending(int signal) {
  sigset_t pending;
  EXPECT_EQ(::sigpending(&pending), 0);
  return SignalSet(pending).Contains(signal);
}

// Row 32 of the faults: what is blocked here, its children start with; what waits stays.
TEST(SignalMaskTest, AThreadInheritsTheMaskAndNoPendingSignal) {
  const ScopedSignalMask blocked({SIGUSR1});
  ::raise(SIGUSR1);
  std::thread([] {
    EXPECT_EQ(BlockedSignals() & SignalSet{SIGUSR1}, SignalSet{SIGUSR1});
    EXPECT_FALSE(IsPending(SIGUSR1)) << "it was sent to the other thread";
    UnblockSignals({SIGUSR1});
  }).join();
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1)) << "each thread has its own";
  const int taken = ::sigwaitinfo(&SignalSet{SIGUSR1}.native(), nullptr);
  EXPECT_EQ(taken, SIGUSR1);
}

TEST(SignalMaskTest, AChildInheritsTheMaskAndNoPendingSignal) {
  const ScopedSignalMask blocked({SIGUSR1});
  ::raise(SIGUSR1);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(BlockedSignals().Contains(SIGUSR1) && !IsPending(SIGUSR1) ? 0 : 1);
  int status = -1;
  ASSERT_EQ(net::RetryOnEintr([&] { return ::waitpid(child, &status, 0); }), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(::sigwaitinfo(&SignalSet{SIGUSR1}.native(), nullptr), SIGUSR1);
}

// Of a line "SigBlk:\t0000000000000200" in the output of a program that was exec'd in the child.
uint64_t SignalsOf(const std::string& status, const std::string& name) {
  uint64_t signals = 0;
  const size_t at = status.find(name + ":\t");
  EXPECT_NE(at, std::string::npos) << status;
  EXPECT_TRUE(absl::SimpleHexAtoi(status.substr(at + name.size() + 2, 16), &signals));
  return signals;
}

TEST(SignalMaskTest, AProgramInheritsTheMaskAndPendingSignals) {
  const ScopedSignalMask blocked({SIGUSR1});
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::raise(SIGUSR1);
    ::dup2(pipe->write_end.get(), STDOUT_FILENO);
    ::execlp("cat", "cat", "/proc/self/status", nullptr);
    ::_exit(127);
  }
  pipe->write_end.reset();
  std::string output;
  char text[4096];
  while (true) {
    const ssize_t size =
        net::RetryOnEintr([&] { return ::read(pipe->read_end.get(), text, sizeof(text)); });
    if (size <= 0) break;
    output.append(text, static_cast<size_t>(size));
  }
  int status = -1;
  ASSERT_EQ(net::RetryOnEintr([&] { return ::waitpid(child, &status, 0); }), child);
  ASSERT_EQ(status, 0);
  constexpr uint64_t kBit = uint64_t{1} << (SIGUSR1 - 1);
  EXPECT_EQ(SignalsOf(output, "SigBlk") & kBit, kBit);
  EXPECT_EQ(SignalsOf(output, "SigPnd") & kBit, kBit);
}

}  // namespace
}  // namespace forklift::signals
