// What is signalfd's own; signal_source_test.cc has what it shares with the other mechanism.
#include "forklift/signals/signal_fd.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

std::unique_ptr<SignalFd> Open(const SignalSet& signals) {
  absl::StatusOr<std::unique_ptr<SignalFd>> source = SignalFd::Create(signals);
  EXPECT_TRUE(source.ok()) << source.status();
  return *std::move(source);
}

TEST(SignalFdTest, MoreThanOneDrainTakesStayReadable) {
  constexpr size_t kSent = ReceivedSignals::kMaxInfos + 10;
  const auto source = Open({SIGRTMIN});
  for (size_t i = 0; i < kSent; ++i) {
    const sigval value = {.sival_int = static_cast<int>(i)};
    if (::sigqueue(::getpid(), SIGRTMIN, value) != 0) {
      ASSERT_EQ(errno, EAGAIN);
      GTEST_SKIP() << "RLIMIT_SIGPENDING lets no " << kSent << " signals wait";
    }
  }
  size_t next = 0;
  for (const size_t expected : {ReceivedSignals::kMaxInfos, kSent - ReceivedSignals::kMaxInfos}) {
    pollfd entry = {.fd = source->fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&entry, 1, 0), 1);
    const ReceivedSignals received = source->Drain();
    ASSERT_EQ(received.Count(SIGRTMIN), expected);
    ASSERT_EQ(received.infos_lost(), 0u);
    for (const SignalInfo& info : received.infos()) {
      ASSERT_EQ(info.value.sival_int, static_cast<int>(next++)) << "in the order of sending";
    }
  }
  EXPECT_TRUE(source->Drain().empty());
}

TEST(SignalFdTest, InterruptsNoSystemCall) {
  const auto source = Open({SIGUSR1});
  ::kill(::getpid(), SIGUSR1);
  EXPECT_EQ(::poll(nullptr, 0, 1), 0) << "a wait of 1 ms for nothing, not EINTR";
  EXPECT_TRUE(source->Drain().Contains(SIGUSR1));
}

TEST(SignalFdTest, ThreadsStartedAfterwardsLeaveItTheSignals) {
  const auto source = Open({SIGUSR1});  // its default would end the test
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) std::this_thread::yield();
  });
  for (int i = 0; i < 1000; ++i) {
    ::kill(::getpid(), SIGUSR1);
    ASSERT_EQ(source->Drain().Count(SIGUSR1), 1u) << i;
  }
  done = true;
  other.join();
}

// The differences that the header owns up to.
TEST(SignalFdTest, AThreadThatDoesNotBlockThemTakesThem) {
  static std::atomic<int> handled;
  handled = 0;
  struct sigaction counting = {};
  counting.sa_handler = [](int) { ++handled; };
  const ScopedDisposition disposition(SIGUSR1, counting);
  const auto source = Open({SIGUSR1});
  std::thread other([] {
    UnblockSignals({SIGUSR1});
    ::kill(::getpid(), SIGUSR1);
  });
  other.join();
  EXPECT_EQ(handled, 1);
  EXPECT_TRUE(source->Drain().empty());
}

TEST(SignalFdTest, ASignalToAnotherThreadIsOnlySeenThere) {
  const auto source = Open({SIGUSR1});
  std::thread other([&] {
    ::raise(SIGUSR1);
    EXPECT_EQ(source->Drain().Count(SIGUSR1), 1u);
    ::raise(SIGUSR1);
  });
  other.join();
  EXPECT_TRUE(source->Drain().empty()) << "the second one went with its thread";
}

TEST(SignalFdTest, AChildStartsWithTheSignalsBlocked) {
  const auto source = Open({SIGUSR1});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::raise(SIGUSR1);
    ::_exit(BlockedSignals().Contains(SIGUSR1) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace forklift::signals
