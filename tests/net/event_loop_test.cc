#include "forklift/net/event_loop.h"

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/epoll_poller.h"
#include "forklift/net/pipe.h"
#include "forklift/net/poll_poller.h"
#include "forklift/net/poller.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::ElementsAre;
using tests::Holdings;

enum class Kind { kEpoll, kPoll };

SocketPair Connected() {
  absl::StatusOr<SocketPair> pair =
      CreateSocketPair(SocketPairType::kStream, BlockingMode::kNonBlocking);
  EXPECT_TRUE(pair.ok()) << pair.status();
  return *std::move(pair);
}

// Makes the first end of a pair readable.
void SendTo(const SocketPair& pair) { ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1); }

class EventLoopTest : public testing::TestWithParam<Kind> {
 protected:
  static std::unique_ptr<EventLoop> Create() {
    absl::StatusOr<std::unique_ptr<EventLoop>> loop =
        GetParam() == Kind::kEpoll ? EventLoop::Create()
                                   : EventLoop::Create(std::make_unique<PollPoller>());
    EXPECT_TRUE(loop.ok()) << loop.status();
    return *std::move(loop);
  }

  Registration Watch(int fd, EventLoop::Callback callback, const WatchOptions& options = {}) {
    absl::StatusOr<Registration> registration =
        loop_->Watch(fd, Interest::kRead, std::move(callback), options);
    EXPECT_TRUE(registration.ok()) << registration.status();
    return *std::move(registration);
  }

  // One round over what is ready already.
  void RunWhatIsReady() {
    const absl::Status ran = loop_->RunOnce(Deadline::After(absl::ZeroDuration()));
    EXPECT_TRUE(ran.ok()) << ran;
  }

  std::unique_ptr<EventLoop> loop_ = Create();
};

std::string NameOf(const testing::TestParamInfo<Kind>& kind) {
  return kind.param == Kind::kEpoll ? "Epoll" : "Poll";
}
INSTANTIATE_TEST_SUITE_P(Kinds, EventLoopTest, testing::Values(Kind::kEpoll, Kind::kPoll), NameOf);

TEST_P(EventLoopTest, CallsBackAsLongAsItIsReadyAndWatched) {
  SocketPair pair = Connected();
  int calls = 0;
  Registration registration = Watch(pair.first.get(), [&](Readiness ready) {
    EXPECT_TRUE(ready.readable);
    EXPECT_FALSE(ready.writable);
    ++calls;
  });
  RunWhatIsReady();
  EXPECT_EQ(calls, 0);
  SendTo(pair);
  RunWhatIsReady();
  RunWhatIsReady();
  EXPECT_EQ(calls, 2);
  registration.Cancel();
  EXPECT_FALSE(registration.active());
  RunWhatIsReady();
  EXPECT_EQ(calls, 2);
}

TEST_P(EventLoopTest, KnowsHowManyWereReady) {
  SocketPair pair = Connected();
  SocketPair other = Connected();
  const Registration registration = Watch(pair.first.get(), [](Readiness) {});
  const Registration silent = Watch(other.first.get(), [](Readiness) {});
  SendTo(pair);
  RunWhatIsReady();
  EXPECT_EQ(loop_->ready(), 1u);
}

TEST_P(EventLoopTest, ChangesWhatIsWatchedFor) {
  SocketPair pair = Connected();
  std::vector<bool> writable;
  Registration registration =
      Watch(pair.first.get(), [&](Readiness ready) { writable.push_back(ready.writable); });
  registration.SetInterest(Interest::kWrite);
  RunWhatIsReady();
  registration.SetInterest(Interest::kRead);
  RunWhatIsReady();
  EXPECT_THAT(writable, ElementsAre(true));
}

TEST_P(EventLoopTest, ARegistrationMovesAndAnAssignmentEndsTheOld) {
  SocketPair first = Connected(), second = Connected();
  int calls = 0;
  Registration registration = Watch(first.first.get(), [&](Readiness) { calls += 1; });
  registration = Watch(second.first.get(), [&](Readiness) { calls += 10; });
  Registration moved = std::move(registration);
  SendTo(first);
  SendTo(second);
  RunWhatIsReady();
  EXPECT_EQ(calls, 10);
}

TEST_P(EventLoopTest, ACallbackMayEndItsOwnRegistration) {
  SocketPair pair = Connected();
  auto owned = std::make_shared<int>(7);
  std::optional<Registration> registration;
  int seen = 0;
  registration = Watch(pair.first.get(), [&seen, &registration, owned](Readiness) {
    registration.reset();
    seen = *owned;  // what the callback owns lives until it returns
  });
  SendTo(pair);
  RunWhatIsReady();
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(owned.use_count(), 1);
  RunWhatIsReady();
}

// Both are ready; whichever is called first closes the other, and opens a new one that gets the
// descriptor's number and the registration's place. The event that the kernel had reported for the
// old one must not reach the new one.
TEST_P(EventLoopTest, AStaleEventDoesNotReachTheNextOwnerOfTheNumber) {
  std::optional<SocketPair> pairs[2] = {Connected(), Connected()};
  std::optional<SocketPair> fresh;
  Registration registrations[2];
  Registration fresh_registration;
  int calls = 0, fresh_calls = 0;
  for (int i = 0; i < 2; ++i) {
    registrations[i] = Watch(pairs[i]->first.get(), [&, other = 1 - i](Readiness) {
      ++calls;
      const int number = pairs[other]->first.get();
      registrations[other].Cancel();
      pairs[other].reset();
      fresh.emplace(Connected());
      EXPECT_THAT((std::vector<int>{fresh->first.get(), fresh->second.get()}),
                  testing::Contains(number));
      if (fresh->first.get() != number) std::swap(fresh->first, fresh->second);
      fresh_registration = Watch(number, [&](Readiness) { ++fresh_calls; });
    });
    SendTo(*pairs[i]);
  }
  RunWhatIsReady();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(fresh_calls, 0) << "nothing has come for it";
  SendTo(*fresh);
  for (Registration& registration : registrations) registration.Cancel();
  RunWhatIsReady();
  EXPECT_EQ(fresh_calls, 1);
}

// A copy of the descriptor keeps the open file, and with it epoll's entry, alive: only the
// registration's end takes it out.
TEST_P(EventLoopTest, ADuplicatedDescriptorDoesNotGoOnFiring) {
  SocketPair pair = Connected();
  int calls = 0;
  Registration registration = Watch(pair.first.get(), [&](Readiness) { ++calls; });
  const absl::StatusOr<UniqueFd> copy = pair.first.Duplicate();
  ASSERT_TRUE(copy.ok());
  registration.Cancel();
  pair.first.reset();
  SendTo(pair);
  RunWhatIsReady();
  EXPECT_EQ(calls, 0);
}

TEST_P(EventLoopTest, WatchesMoreFromACallback) {
  std::vector<SocketPair> pairs;
  for (int i = 0; i < 50; ++i) pairs.push_back(Connected());
  std::vector<Registration> registrations;
  int calls = 0;
  SocketPair first = Connected();
  Registration registration = Watch(first.first.get(), [&](Readiness) {
    for (SocketPair& pair : pairs) {
      registrations.push_back(Watch(pair.first.get(), [&](Readiness) { ++calls; }));
    }
  });
  SendTo(first);
  RunWhatIsReady();
  registration.Cancel();
  for (SocketPair& pair : pairs) SendTo(pair);
  RunWhatIsReady();
  EXPECT_EQ(calls, 50);
}

TEST_P(EventLoopTest, WhatIsUrgentComesFirst) {
  std::vector<SocketPair> pairs;
  for (int i = 0; i < 10; ++i) pairs.push_back(Connected());
  std::vector<Registration> registrations;
  std::vector<size_t> order;
  for (size_t i = 0; i < pairs.size(); ++i) {
    registrations.push_back(
        Watch(pairs[i].first.get(), [&, i](Readiness) { order.push_back(i); }, {.urgent = i == 5}));
    SendTo(pairs[i]);
  }
  RunWhatIsReady();
  ASSERT_EQ(order.size(), pairs.size());
  EXPECT_EQ(order.front(), 5u);
}

TEST_P(EventLoopTest, RunsTimersBetweenDescriptors) {
  std::vector<int> ran;
  loop_->timers().Add(Deadline::After(absl::Milliseconds(10)), [&] {
    ran.push_back(2);
    loop_->Stop();
  });
  loop_->timers().Add(Deadline::After(absl::Milliseconds(5)), [&] { ran.push_back(1); });
  EXPECT_TRUE(loop_->Run().ok());
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST_P(EventLoopTest, AStopBeforeTheRunCounts) {
  loop_->Stop();
  EXPECT_TRUE(loop_->Run().ok());
  // And only once.
  bool ran = false;
  loop_->timers().Add(Deadline::After(absl::ZeroDuration()), [&] {
    ran = true;
    loop_->Stop();
  });
  EXPECT_TRUE(loop_->Run().ok());
  EXPECT_TRUE(ran);
}

EventLoop* stopped_by_signal = nullptr;

TEST_P(EventLoopTest, ASignalHandlerMayStopIt) {
  stopped_by_signal = loop_.get();
  struct sigaction action = {};
  action.sa_handler = [](int) { stopped_by_signal->Stop(); };
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);
  loop_->timers().Add(Deadline::After(absl::ZeroDuration()), [] { ::raise(SIGUSR1); });
  EXPECT_TRUE(loop_->Run().ok());
  ::sigaction(SIGUSR1, &previous, nullptr);
}

TEST_P(EventLoopTest, TasksOfOtherThreadsRunInTheLoopsThreadInOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 2'000;
  std::vector<int> last(kThreads, -1);
  int ran = 0;
  const std::thread::id loop_thread = std::this_thread::get_id();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kTasks; ++i) {
        loop_->Post([&, thread, i] {
          EXPECT_EQ(std::this_thread::get_id(), loop_thread);
          EXPECT_EQ(std::exchange(last[static_cast<size_t>(thread)], i), i - 1);
          if (++ran == kThreads * kTasks) loop_->Stop();
        });
      }
    });
  }
  EXPECT_TRUE(loop_->Run().ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran, kThreads * kTasks);
}

TEST_P(EventLoopTest, ATaskMayPostAnother) {
  int left = 100;
  struct Reposting {
    EventLoop& loop;
    int& left;
    void operator()() && { --left > 0 ? loop.Post(Reposting{loop, left}) : loop.Stop(); }
  };
  loop_->Post(Reposting{*loop_, left});
  EXPECT_TRUE(loop_->Run().ok());
  EXPECT_EQ(left, 0);
}

TEST_P(EventLoopTest, WhatIsLeftAtTheEndIsDestroyedWithoutHavingRun) {
  auto owned = std::make_shared<int>();
  loop_->Post([owned] { FAIL(); });
  loop_->timers().Add(Deadline::After(absl::ZeroDuration()), [owned] { FAIL(); });
  loop_.reset();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST_P(EventLoopTest, TasksAndTimersThatNeverRanMayOwnRegistrations) {
  SocketPair first = Connected(), second = Connected();
  loop_->Post([doomed = Watch(first.first.get(), [](Readiness) {})] {});
  loop_->timers().Add(Deadline::Infinite(),
                      [owned = Watch(second.first.get(), [](Readiness) {})] {});
  loop_.reset();
}

// The first to be called takes the other's interest in reading away.
TEST_P(EventLoopTest, WhatIsNoLongerAskedForIsNotReported) {
  SocketPair pairs[2] = {Connected(), Connected()};
  Registration registrations[2];
  int reads = 0;
  for (int i = 0; i < 2; ++i) {
    registrations[i] = Watch(pairs[i].first.get(), [&, other = 1 - i](Readiness ready) {
      if (!ready.readable) return;
      ++reads;
      registrations[other].SetInterest(Interest::kWrite);
    });
    SendTo(pairs[i]);
  }
  RunWhatIsReady();
  EXPECT_EQ(reads, 1);
}

TEST_P(EventLoopTest, ACallbackThatChangesItsOwnInterestIsCalledAgain) {
  SocketPair pair = Connected();
  int calls = 0;
  Registration registration = Watch(pair.first.get(), [&](Readiness) {
    ++calls;
    registration.SetInterest(Interest::kWrite);
  });
  SendTo(pair);
  RunWhatIsReady();
  RunWhatIsReady();
  EXPECT_EQ(calls, 2);
}

TEST_P(EventLoopTest, AWatchThatFailsLeavesNothing) {
  const Holdings before = Holdings::Now();
  auto owned = std::make_shared<int>();
  EXPECT_FALSE(loop_->Watch(999'999, Interest::kRead, [owned](Readiness) {}).ok());
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(Holdings::Now(), before);
}

TEST_P(EventLoopTest, AChildMayDestroyWhatItInherits) {
  SocketPair pair = Connected();
  int calls = 0;
  std::optional<Registration> registration = Watch(pair.first.get(), [&](Readiness) { ++calls; });
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    registration.reset();
    loop_.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_EQ(status, 0);
  SendTo(pair);
  RunWhatIsReady();
  EXPECT_EQ(calls, 1);
}

using EventLoopDeathTest = EventLoopTest;
INSTANTIATE_TEST_SUITE_P(Kinds, EventLoopDeathTest, testing::Values(Kind::kEpoll, Kind::kPoll),
                         NameOf);

TEST_P(EventLoopDeathTest, MistakesOfTheCallerDie) {
  EXPECT_DEATH(Registration().SetInterest(Interest::kRead), "nothing is watched");
  EXPECT_DEATH(
      {
        loop_ = Create();
        SocketPair pair = Connected();
        const Registration registration = Watch(pair.first.get(), [](Readiness) {});
        loop_.reset();
      },
      "is watched");
  EXPECT_DEATH(
      {
        loop_ = Create();
        loop_->Post([&] { (void)loop_->RunOnce(Deadline::Infinite()); });
        (void)loop_->Run();
      },
      "from one of its own callbacks");
}

}  // namespace
}  // namespace forklift::net
