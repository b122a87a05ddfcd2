#include "forklift/proc/reaper.h"

#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Eventually;

pid_t StartExiting(int code) {
  const absl::StatusOr<pid_t> child = Fork([&] { return code; });
  EXPECT_TRUE(child.ok()) << child.status();
  return *child;
}

pid_t StartWaiting() {
  const absl::StatusOr<pid_t> child = Fork([] { return ::pause(); });
  EXPECT_TRUE(child.ok()) << child.status();
  return *child;
}

// Ended and not waited for. (The state Z in /proc would come too early: a sanitizer's thread in the
// child may still be on its way out.)
bool HasEnded(pid_t pid) {
  siginfo_t ended = {};
  return ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT | WNOHANG) == 0 &&
         ended.si_pid == pid;
}
bool IsGone(pid_t pid) { return tests::ProcessState(pid) == '\0'; }

// Ends and waits for children that a Reaper has left alone.
void End(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

class ReaperTest : public testing::Test {
 protected:
  void Adopt(pid_t pid) {
    reaper_.Adopt(pid, [this](pid_t ended, ExitStatus status) { ended_.emplace(ended, status); });
  }

  Reaper reaper_;
  std::multimap<pid_t, ExitStatus> ended_;
};

TEST_F(ReaperTest, ReportsEachExitOnce) {
  const pid_t first = StartExiting(3);
  const pid_t second = StartWaiting();
  Adopt(first);
  Adopt(second);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll() == 1; }));
  ASSERT_EQ(ended_.count(first), 1u);
  EXPECT_EQ(ended_.find(first)->second.code(), 3);
  EXPECT_TRUE(IsGone(first));
  EXPECT_EQ(reaper_.Pids(), std::vector<pid_t>{second});
  EXPECT_EQ(reaper_.ReapAll(), 0u) << "the second one is running";

  ::kill(second, SIGTERM);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll() == 1; }));
  EXPECT_EQ(ended_.find(second)->second.signal(), SIGTERM);
  EXPECT_EQ(reaper_.size(), 0u);
  EXPECT_EQ(ended_.size(), 2u);
}

// The failure of the article's webserver3f: many exits, one signal, one wait.
TEST_F(ReaperTest, CoalescedSigchldLeavesNoZombies) {
  constexpr int kChildren = 50;
  const auto self_pipe = signals::SelfPipe::Create({SIGCHLD});
  ASSERT_TRUE(self_pipe.ok());
  std::set<pid_t> children;
  {
    const signals::ScopedSignalMask blocked({SIGCHLD});
    for (int i = 0; i < kChildren; ++i) children.insert(StartExiting(i));
    for (pid_t pid : children) {
      Adopt(pid);
      ASSERT_TRUE(Eventually([&] { return HasEnded(pid); }));
    }
  }
  EXPECT_TRUE((*self_pipe)->Drain().Contains(SIGCHLD));
  EXPECT_TRUE((*self_pipe)->Drain().empty()) << "one signal for all of them";
  EXPECT_EQ(reaper_.ReapAll(), static_cast<size_t>(kChildren));
  EXPECT_EQ(ended_.size(), children.size());
  EXPECT_TRUE(tests::Children(::getpid()).empty());
}

TEST_F(ReaperTest, NeverTakesAChildThatItWasNotGiven) {
  const pid_t foreign = StartExiting(5);
  ASSERT_TRUE(Eventually([&] { return HasEnded(foreign); }));
  EXPECT_EQ(reaper_.ReapAll(), 0u);

  const pid_t own = StartExiting(6);  // behind the foreign zombie in the kernel's list
  Adopt(own);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll() == 1; }));
  EXPECT_EQ(ended_.find(own)->second.code(), 6);

  int status = 0;
  EXPECT_EQ(::waitpid(foreign, &status, WNOHANG), foreign) << "still there for its owner";
  EXPECT_EQ(ExitStatus::FromWaitStatus(status).code(), 5);
}

TEST_F(ReaperTest, AChildThatAnotherWaitTookIsReportedAsUnknown) {
  const pid_t stolen = StartExiting(1);
  Adopt(stolen);
  ASSERT_EQ(::waitpid(stolen, nullptr, 0), stolen);
  EXPECT_EQ(reaper_.ReapAll(), 1u);
  EXPECT_EQ(ended_.find(stolen)->second, ExitStatus::Unknown());
  EXPECT_EQ(reaper_.size(), 0u);
}

TEST_F(ReaperTest, AStolenChildIsReportedAlthoughAnotherLives) {
  const pid_t stolen = StartExiting(1);
  const pid_t living = StartWaiting();
  Adopt(stolen);
  Adopt(living);
  ASSERT_EQ(::waitpid(stolen, nullptr, 0), stolen);
  EXPECT_EQ(reaper_.ReapAll(), 1u);
  EXPECT_EQ(ended_.find(stolen)->second, ExitStatus::Unknown());
  EXPECT_EQ(reaper_.Pids(), std::vector<pid_t>{living});
  End(living);
}

TEST_F(ReaperTest, SignalsAllButThoseWhosePidIsNoLongerTheirs) {
  const pid_t stolen = StartExiting(0);
  const pid_t first = StartWaiting();
  const pid_t second = StartWaiting();
  for (pid_t pid : {stolen, first, second}) Adopt(pid);
  ASSERT_EQ(::waitpid(stolen, nullptr, 0), stolen);
  reaper_.SignalAll(SIGKILL);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll(), reaper_.size() == 0; }));
  EXPECT_EQ(ended_.find(first)->second.signal(), SIGKILL);
  EXPECT_EQ(ended_.find(second)->second.signal(), SIGKILL);
}

TEST_F(ReaperTest, SignalsOnlyALivingChildInItsCharge) {
  const pid_t child = StartWaiting();
  EXPECT_FALSE(reaper_.Signal(child, 0)) << "not adopted yet";
  Adopt(child);
  EXPECT_TRUE(reaper_.Signal(child, 0));
  EXPECT_TRUE(reaper_.Signal(child, SIGTERM));
  ASSERT_TRUE(Eventually([&] { return HasEnded(child); }));
  EXPECT_FALSE(reaper_.Signal(child, SIGTERM)) << "a zombie";
  EXPECT_EQ(reaper_.ReapAll(), 1u);
  EXPECT_EQ(ended_.find(child)->second.signal(), SIGTERM);
  EXPECT_FALSE(reaper_.Signal(child, 0));
  // What kill(2) takes for the caller's group and for everyone.
  EXPECT_FALSE(reaper_.Signal(0, 0));
  EXPECT_FALSE(reaper_.Signal(-1, 0));
}

TEST_F(ReaperTest, DoesNotSignalAPidThatAnotherWaitSetFree) {
  const pid_t stolen = StartExiting(0);
  Adopt(stolen);
  ASSERT_EQ(::waitpid(stolen, nullptr, 0), stolen);
  EXPECT_FALSE(reaper_.Signal(stolen, SIGKILL));
  EXPECT_EQ(reaper_.ReapAll(), 1u);
}

TEST_F(ReaperTest, AStoppedChildHasNotEnded) {
  const pid_t child = StartWaiting();
  Adopt(child);
  ::kill(child, SIGSTOP);
  ASSERT_TRUE(Eventually([&] { return tests::ProcessState(child) == 'T'; }));
  EXPECT_EQ(reaper_.ReapAll(), 0u);
  EXPECT_EQ(reaper_.size(), 1u);
  End(child);
}

TEST_F(ReaperTest, ACallbackMayAdoptAndReap) {
  std::optional<ExitStatus> last;
  const pid_t first = StartExiting(1);
  reaper_.Adopt(first, [&](pid_t, ExitStatus) {
    const pid_t second = StartExiting(2);
    EXPECT_TRUE(Eventually([&] { return HasEnded(second); }));
    reaper_.Adopt(second, [&](pid_t, ExitStatus status) { last = status; });
    reaper_.ReapAll();
  });
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll() > 0; }));
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->code(), 2);
  EXPECT_EQ(reaper_.size(), 0u);
}

TEST_F(ReaperTest, ReapingFromACallbackWhileAForeignZombieIsThere) {
  const pid_t foreign = StartExiting(0);
  ASSERT_TRUE(Eventually([&] { return HasEnded(foreign); }));
  std::vector<pid_t> children;
  int calls = 0;
  for (int i = 0; i < 5; ++i) {
    children.push_back(StartExiting(0));
    reaper_.Adopt(children.back(), [&](pid_t, ExitStatus) {
      ++calls;
      reaper_.ReapAll();
    });
    ASSERT_TRUE(Eventually([&] { return HasEnded(children.back()); }));
  }
  reaper_.ReapAll();
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(reaper_.size(), 0u);
  End(foreign);
}

TEST_F(ReaperTest, ReapsEverythingOnRequestAndTellsWhatItDidNotKnow) {
  std::multimap<pid_t, ExitStatus> unknown;
  reaper_.ReapEverything([&](pid_t pid, ExitStatus status) { unknown.emplace(pid, status); });
  const pid_t adopted = StartExiting(1);
  const pid_t foreign = StartExiting(2);
  const pid_t stolen = StartExiting(3);
  const pid_t living = StartWaiting();
  for (pid_t pid : {adopted, stolen, living}) Adopt(pid);
  ASSERT_EQ(::waitpid(stolen, nullptr, 0), stolen);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll(), ended_.size() + unknown.size() == 3; }));
  EXPECT_EQ(ended_.find(adopted)->second.code(), 1);
  EXPECT_EQ(ended_.find(stolen)->second, ExitStatus::Unknown());
  EXPECT_EQ(unknown.find(foreign)->second.code(), 2);
  EXPECT_EQ(reaper_.Pids(), std::vector<pid_t>{living});
  reaper_.SignalAll(SIGKILL);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll() == 1; }));
  EXPECT_EQ(reaper_.ReapAll(), 0u);
}

// What PID 1 of a container sees: children of children that have ended.
TEST_F(ReaperTest, ASubreaperReapsTheOrphansOfItsDescendants) {
  constexpr int kOrphans = 200;
  const absl::StatusOr<pid_t> subreaper = Fork([] {
    if (!BecomeSubreaper().ok()) return 1;
    Reaper reaper;
    int orphans = 0;
    reaper.ReapEverything([&](pid_t, ExitStatus status) { orphans += status.code() == 9; });
    const absl::StatusOr<pid_t> parent = Fork([] {
      for (int i = 0; i < kOrphans; ++i) {
        if (!Fork([] { return 9; }).ok()) return 1;
      }
      return 0;
    });
    if (!parent.ok()) return 2;
    std::optional<ExitStatus> ended;
    reaper.Adopt(*parent, [&](pid_t, ExitStatus status) { ended = status; });
    if (!Eventually([&] { return reaper.ReapAll(), orphans == kOrphans && ended; })) return 3;
    return ended->success() && tests::Children(::getpid()).empty() ? 0 : 4;
  });
  ASSERT_TRUE(subreaper.ok());
  Adopt(*subreaper);
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll() == 1; }));
  EXPECT_EQ(ended_.find(*subreaper)->second.code(), 0);
}

TEST_F(ReaperTest, SurvivesAFloodOfExits) {
  constexpr int kChildren = 5'000;
  for (int started = 0; started < kChildren; ++started) {
    Adopt(StartExiting(started % 256));
    reaper_.ReapAll();
  }
  ASSERT_TRUE(Eventually([&] { return reaper_.ReapAll(), reaper_.size() == 0; }));
  std::map<int, int> by_code;
  for (const auto& [pid, status] : ended_) ++by_code[status.code()];
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(by_code[code], kChildren / 256 + (code < kChildren % 256 ? 1 : 0)) << code;
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ReaperTest, MistakesOfTheCallerDie) {
  EXPECT_DEATH(Adopt(0), "not the pid of one process");
  EXPECT_DEATH(Adopt(-1), "not the pid of one process");
  EXPECT_DEATH(
      {
        Adopt(12345);
        Adopt(12345);
      },
      "already in charge of 12345");
}

}  // namespace
}  // namespace forklift::proc
