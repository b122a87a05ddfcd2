// The same tests over epoll and over poll(2).
#include "forklift/net/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/epoll_poller.h"
#include "forklift/net/pipe.h"
#include "forklift/net/poll_poller.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/in_child.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

enum class Kind { kEpoll, kPoll };

const Deadline kNow = Deadline::After(absl::ZeroDuration());

class PollerTest : public testing::TestWithParam<Kind> {
 protected:
  static std::unique_ptr<Poller> Create() {
    if (GetParam() == Kind::kPoll) return std::make_unique<PollPoller>();
    absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create();
    EXPECT_TRUE(poller.ok()) << poller.status();
    return *std::move(poller);
  }

  void Add(int fd, Interest interest, uint64_t data) {
    const absl::Status added = poller_->Add(fd, interest, data, Wakes::kAll);
    ASSERT_TRUE(added.ok()) << added;
  }

  // What is ready now, as "3r 5rw".
  std::string Ready(Deadline deadline = kNow) {
    ReadyEvent events[16];
    const absl::StatusOr<size_t> count = poller_->Wait(absl::MakeSpan(events), deadline);
    EXPECT_TRUE(count.ok()) << count.status();
    std::set<std::string> ready;
    for (size_t i = 0; i < *count; ++i) {
      ready.insert(std::to_string(events[i].data) + (events[i].readable ? "r" : "") +
                   (events[i].writable ? "w" : ""));
    }
    std::string text;
    for (const std::string& one : ready) text += (text.empty() ? "" : " ") + one;
    return text;
  }

  std::unique_ptr<Poller> poller_ = Create();
};

INSTANTIATE_TEST_SUITE_P(Kinds, PollerTest, testing::Values(Kind::kEpoll, Kind::kPoll),
                         [](const testing::TestParamInfo<Kind>& kind) {
                           return kind.param == Kind::kEpoll ? "Epoll" : "Poll";
                         });

SocketPair Connected() {
  absl::StatusOr<SocketPair> pair =
      CreateSocketPair(SocketPairType::kStream, BlockingMode::kNonBlocking);
  EXPECT_TRUE(pair.ok()) << pair.status();
  return *std::move(pair);
}

TEST_P(PollerTest, ReportsWhatIsReadyAsLongAsItIs) {
  SocketPair pair = Connected();
  Add(pair.first.get(), Interest::kRead, 1);
  EXPECT_EQ(Ready(), "");
  ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  EXPECT_EQ(Ready(), "1r");
  EXPECT_EQ(Ready(), "1r") << "level-triggered";
  char byte;
  ASSERT_EQ(::recv(pair.first.get(), &byte, 1, 0), 1);
  EXPECT_EQ(Ready(), "");
}

TEST_P(PollerTest, ReportsOnlyWhatIsAskedFor) {
  SocketPair pair = Connected();
  ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  Add(pair.first.get(), Interest::kWrite, 7);
  EXPECT_EQ(Ready(), "7w");
  poller_->Change(pair.first.get(), Interest::kReadOrWrite, 8);
  EXPECT_EQ(Ready(), "8rw");
  poller_->Change(pair.first.get(), Interest::kRead, 9);
  EXPECT_EQ(Ready(), "9r");
  poller_->Remove(pair.first.get());
  EXPECT_EQ(Ready(), "");
}

TEST_P(PollerTest, AHangUpIsReadableAndWritable) {
  SocketPair pair = Connected();
  Add(pair.first.get(), Interest::kRead, 1);
  pair.second.reset();
  EXPECT_EQ(Ready(), "1rw");
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kNonBlocking);
  ASSERT_TRUE(pipe.ok());
  Add(pipe->write_end.get(), Interest::kWrite, 2);
  pipe->read_end.reset();
  EXPECT_EQ(Ready(), "1rw 2rw");
}

TEST_P(PollerTest, WaitsUntilTheDeadline) {
  const Deadline deadline = Deadline::After(absl::Milliseconds(20));
  EXPECT_EQ(Ready(deadline), "");
  EXPECT_TRUE(deadline.expired());
}

TEST_P(PollerTest, ASignalEndsTheWait) {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGALRM, &action, &previous), 0);
  const itimerval often = {.it_interval = {0, 1'000}, .it_value = {0, 1'000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);
  EXPECT_EQ(Ready(Deadline::After(absl::Seconds(60))), "");
  const itimerval off = {};
  ::setitimer(ITIMER_REAL, &off, nullptr);
  ::sigaction(SIGALRM, &previous, nullptr);
}

// More is ready than one call takes: none waits for ever.
TEST_P(PollerTest, EachGetsItsTurn) {
  std::vector<SocketPair> pairs;
  for (int i = 0; i < 20; ++i) pairs.push_back(Connected());
  for (size_t i = 0; i < pairs.size(); ++i) {
    Add(pairs[i].first.get(), Interest::kWrite, i);
  }
  std::map<uint64_t, int> seen;
  for (int round = 0; round < 20; ++round) {
    ReadyEvent events[3];
    const absl::StatusOr<size_t> count = poller_->Wait(absl::MakeSpan(events), kNow);
    ASSERT_TRUE(count.ok());
    ASSERT_EQ(*count, 3u);
    for (const ReadyEvent& event : events) ++seen[event.data];
  }
  EXPECT_EQ(seen.size(), pairs.size());
}

TEST_P(PollerTest, RefusesADescriptorThatIsWatchedOrNone) {
  SocketPair pair = Connected();
  Add(pair.first.get(), Interest::kRead, 1);
  EXPECT_EQ(poller_->Add(pair.first.get(), Interest::kWrite, 2, Wakes::kAll).code(),
            absl::StatusCode::kAlreadyExists);
  const absl::Status closed = poller_->Add(999'999, Interest::kRead, 1, Wakes::kAll);
  EXPECT_THAT(closed.message(), testing::HasSubstr("999999: Bad file descriptor (EBADF)"));
  EXPECT_EQ(Ready(), "") << "the first registration is as it was";
}

TEST_P(PollerTest, ARegularFile) {
  const UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const absl::Status added = poller_->Add(file.get(), Interest::kRead, 1, Wakes::kAll);
  if (GetParam() == Kind::kPoll) {
    EXPECT_TRUE(added.ok());
    EXPECT_EQ(Ready(), "1r");
  } else {
    EXPECT_EQ(added.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(added.message(), testing::HasSubstr("can be waited for"));
  }
}

TEST_P(PollerTest, WakesOneOrAll) {
  SocketPair pair = Connected();
  ASSERT_TRUE(poller_->Add(pair.first.get(), Interest::kRead, 1, Wakes::kOne).ok());
  ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  EXPECT_EQ(Ready(), "1r");
  poller_->Remove(pair.first.get());
  EXPECT_EQ(Ready(), "");
}

// What a child destroys must not be the parent's: an epoll instance is shared.
TEST_P(PollerTest, AChildThatRemovesTakesNothingFromItsParent) {
  SocketPair pair = Connected();
  Add(pair.first.get(), Interest::kRead, 1);
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    poller_->Remove(pair.first.get());
    poller_.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_EQ(status, 0);
  ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  EXPECT_EQ(Ready(), "1r");
}

// Eight processes wait for one listener: a connection wakes one of them, not eight.
TEST(EpollPollerTest, AnExclusiveEntryWakesOneOfManyWaiters) {
  constexpr int kWaiters = 8;
  SocketPair pair = Connected();
  absl::StatusOr<Pipe> ready = CreatePipe(BlockingMode::kBlocking);
  absl::StatusOr<Pipe> woken = CreatePipe(BlockingMode::kBlocking);
  absl::StatusOr<Pipe> finish = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(ready.ok() && woken.ok() && finish.ok());
  std::vector<pid_t> children;
  for (int i = 0; i < kWaiters; ++i) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      finish->write_end.reset();
      absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create();
      if (!poller.ok() || !(*poller)->Add(pair.first.get(), Interest::kRead, 1, Wakes::kOne).ok() ||
          !(*poller)->Add(finish->read_end.get(), Interest::kRead, 2, Wakes::kAll).ok()) {
        ::_exit(1);
      }
      if (::write(ready->write_end.get(), "", 1) != 1) ::_exit(1);
      // An event that is left alone is not reported to the next: each wakes up at most once.
      bool told = false;
      while (true) {
        ReadyEvent events[2];
        const absl::StatusOr<size_t> count =
            (*poller)->Wait(absl::MakeSpan(events), Deadline::After(absl::Seconds(60)));
        if (!count.ok() || *count == 0) ::_exit(1);
        for (size_t event = 0; event < *count; ++event) {
          if (events[event].data == 2) ::_exit(told ? 3 : 0);
        }
        if (!told && ::write(woken->write_end.get(), "", 1) != 1) ::_exit(1);
        told = true;
        (*poller)->Remove(pair.first.get());
      }
    }
    children.push_back(pid);
  }
  char bytes[kWaiters];
  for (int i = 0; i < kWaiters; ++i) ASSERT_EQ(::read(ready->read_end.get(), bytes, 1), 1);
  for (const pid_t pid : children) {  // asleep: the next thing that each does is to wait
    ASSERT_TRUE(tests::Eventually([&] { return tests::ProcessState(pid) == 'S'; }));
  }
  ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  ASSERT_EQ(::read(woken->read_end.get(), bytes, 1), 1);
  finish->write_end.reset();
  int told = 0;
  for (const pid_t pid : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 3) ++told;
  }
  EXPECT_GE(told, 1);
  EXPECT_LE(told, 2) << "the kernel promises one or more, and means one";
}

using PollerDeathTest = PollerTest;
INSTANTIATE_TEST_SUITE_P(Kinds, PollerDeathTest, testing::Values(Kind::kEpoll, Kind::kPoll),
                         [](const testing::TestParamInfo<Kind>& kind) {
                           return kind.param == Kind::kEpoll ? "Epoll" : "Poll";
                         });

TEST_P(PollerDeathTest, MistakesOfTheCallerDie) {
  // Each in a poller of its own: a death test's child may not change its parent's.
  EXPECT_DEATH(Create()->Remove(0), "0");
  EXPECT_DEATH((void)Create()->Wait({}, kNow), "no room for an event");
  EXPECT_DEATH(
      {
        poller_ = Create();
        SocketPair pair = Connected();
        Add(pair.first.get(), Interest::kRead, 1);
        const int fd = pair.first.get();
        pair.first.reset();
        (void)Ready();        // poll tells here
        poller_->Remove(fd);  // epoll here
      },
      "closed before it was removed");
}

TEST(EpollPollerDeathTest, AddingInAChildIsAMistake) {
  const absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create();
  ASSERT_TRUE(poller.ok());
  SocketPair pair = Connected();
  EXPECT_DEATH((void)(*poller)->Add(pair.first.get(), Interest::kRead, 1, Wakes::kAll),
               "create one of its own");
}

// An old kernel does not know epoll_pwait2, and the filter of a container may refuse it.
TEST(EpollPollerTest, WaitsWithoutEpollPwait2) {
  constexpr int kSkipped = 77;
  for (const int error : {ENOSYS, EPERM}) {
    const int result = tests::InChild([error] {
      if (!tests::RefuseSystemCalls({SYS_epoll_pwait2}, error)) return kSkipped;
      const auto poller = EpollPoller::Create();
      const auto pipe = CreatePipe(BlockingMode::kNonBlocking);
      if (!poller.ok() || !pipe.ok()) return 1;
      if (!(*poller)->Add(pipe->read_end.get(), Interest::kRead, 5, Wakes::kAll).ok()) return 2;
      ReadyEvent events[1];
      const Deadline soon = Deadline::After(absl::Milliseconds(5));
      const auto none = (*poller)->Wait(absl::MakeSpan(events), soon);
      if (!none.ok() || *none != 0 || !soon.expired()) return 3;
      if (::write(pipe->write_end.get(), "x", 1) != 1) return 4;
      const auto one = (*poller)->Wait(absl::MakeSpan(events), Deadline::After(tests::kPatience));
      return one.ok() && *one == 1 && events[0].data == 5 && events[0].readable ? 0 : 5;
    });
    if (result == kSkipped) GTEST_SKIP() << "this kernel has no filters of system calls";
    EXPECT_EQ(result, 0) << error;
  }
}

}  // namespace
}  // namespace forklift::net
