// What both mechanisms promise of other processes: who sent a signal, which child ended, and what a
// child has of its parent's signals.
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"
#include "forklift/tests/signals/signal_source_fixture.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

class SignalSourceForkTest : public SignalSourceFixture {
 protected:
  // As the system call, without any precaution: the child has the parent's handlers, mask and
  // source.
  static pid_t RawFork(absl::FunctionRef<int()> body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::alarm(20);  // ends a child that hangs
      ::_exit(body());
    }
    EXPECT_GT(pid, 0);
    return pid;
  }

  static int WaitStatusOf(pid_t pid) {
    int status = -1;
    EXPECT_EQ(net::RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
    return status;
  }
};
INSTANTIATE_TEST_SUITE_P(Both, SignalSourceForkTest, kBothMechanisms, MechanismName);

TEST_P(SignalSourceForkTest, TellsWhoSentIt) {
  const auto source = Open({SIGTERM, SIGRTMIN, SIGUSR1});
  const pid_t parent = ::getpid();
  const pid_t sender = RawFork([&] {
    const sigval value = {.sival_int = 4711};
    return ::kill(parent, SIGTERM) == 0 && ::sigqueue(parent, SIGRTMIN, value) == 0 ? 0 : 1;
  });
  ASSERT_EQ(WaitStatusOf(sender), 0);
  std::vector<SignalInfo> infos;
  while (Readable(*source)) {
    const ReceivedSignals received = source->Drain();
    infos.insert(infos.end(), received.infos().begin(), received.infos().end());
  }
  ASSERT_EQ(infos.size(), 2u);
  EXPECT_EQ(infos[0].ToString(),
            absl::StrCat("SIGTERM from pid ", sender, " of user ", ::getuid()));
  EXPECT_EQ(infos[0].code, SI_USER);
  EXPECT_EQ(infos[1].signal, SIGRTMIN);
  EXPECT_EQ(infos[1].code, SI_QUEUE);
  EXPECT_EQ(infos[1].pid, sender);
  EXPECT_EQ(infos[1].uid, ::getuid());
  EXPECT_EQ(infos[1].value.sival_int, 4711);
}

TEST_P(SignalSourceForkTest, TellsWhichChildEndedAndHow) {
  const auto source = Open({SIGCHLD});
  const struct {
    int exit_code;  // -1: killed
    int code;
    int status;
  } kCases[] = {{3, CLD_EXITED, 3}, {0, CLD_EXITED, 0}, {-1, CLD_KILLED, SIGKILL}};
  for (const auto& test : kCases) {
    const pid_t child = RawFork([&] {
      if (test.exit_code < 0) ::kill(::getpid(), SIGKILL);
      return test.exit_code;
    });
    const ReceivedSignals received = Next(*source);
    ASSERT_TRUE(received.Contains(SIGCHLD));
    WaitStatusOf(child);
    ASSERT_EQ(received.infos().size(), 1u);
    const SignalInfo& info = received.infos()[0];
    EXPECT_TRUE(info.of_child());
    EXPECT_EQ(info.pid, child);
    EXPECT_EQ(info.uid, ::getuid());
    EXPECT_EQ(info.code, test.code);
    EXPECT_EQ(info.status, test.status);
  }
}

// A parent that ignores its children, as some shells and services do, is an inheritance.
TEST_P(SignalSourceForkTest, HearsOfChildrenThoughTheProgramWasStartedIgnoringThem) {
  const ScopedDisposition ignored = ScopedDisposition::Ignore(SIGCHLD);
  {
    const auto source = Open({SIGCHLD});
    const pid_t child = RawFork([] { return 3; });
    EXPECT_TRUE(Next(*source).Contains(SIGCHLD));
    EXPECT_EQ(WEXITSTATUS(WaitStatusOf(child)), 3) << "left to be waited for";
  }
  struct sigaction now;
  ASSERT_EQ(::sigaction(SIGCHLD, nullptr, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

// Row 1 of the faults: many exits, one signal.
TEST_P(SignalSourceForkTest, CoalescedSigchldStandsForAllChildren) {
  const auto source = Open({SIGCHLD});
  std::set<pid_t> children;
  {
    const ScopedSignalMask blocked({SIGCHLD});
    for (int i = 0; i < 50; ++i) children.insert(RawFork([] { return 0; }));
    for (pid_t child : children) {
      siginfo_t ended;
      ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    }
  }
  EXPECT_EQ(source->Drain().Count(SIGCHLD), 1u);
  while (const pid_t ended = ::waitpid(-1, nullptr, WNOHANG)) {
    if (ended < 0) break;
    EXPECT_EQ(children.erase(ended), 1u) << ended;
  }
  EXPECT_TRUE(children.empty());
}

TEST_P(SignalSourceForkTest, ASignalToAChildNeverWakesTheParent) {
  const auto source = Open({SIGUSR1});
  const pid_t child = RawFork([] { return ::raise(SIGUSR1); });
  EXPECT_EQ(WaitStatusOf(child), 0);
  EXPECT_FALSE(Readable(*source));
  EXPECT_TRUE(source->Drain().empty());
}

// The child of vfork has its parent's memory and descriptors, and even more to spoil.
TEST_P(SignalSourceForkTest, ASignalToAVforkChildNeverWakesTheParent) {
  const auto source = Open({SIGUSR1});
  const pid_t child = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (child == 0) {
    ::kill(::getpid(), SIGUSR1);
    ::_exit(0);
  }
  EXPECT_EQ(WaitStatusOf(child), 0);
  EXPECT_FALSE(Readable(*source));
  EXPECT_TRUE(source->Drain().empty());
  ::raise(SIGUSR1);
  EXPECT_EQ(source->Drain().Count(SIGUSR1), 1u) << "and the parent's own still works";
}

// With the inherited one destroyed, and with it left where it is.
TEST_P(SignalSourceForkTest, AChildMayHaveOneOfItsOwn) {
  for (const bool destroys : {true, false}) {
    auto source = Open({SIGUSR1, SIGCHLD});
    const auto body = [&] {
      if (destroys) source.reset();
      auto own = Create({SIGUSR1});
      if (!own.ok()) return 1;
      if (Create({SIGUSR1}).ok()) return 2;
      ::raise(SIGUSR1);
      if ((*own)->Drain().Count(SIGUSR1) != 1) return 3;
      source.reset();
      ::raise(SIGUSR1);
      return (*own)->Drain().Count(SIGUSR1) == 1 ? 0 : 4;
    };
    const pid_t raw = RawFork(body);
    EXPECT_EQ(WaitStatusOf(raw), 0) << destroys;
    const absl::StatusOr<pid_t> child = proc::Fork(body);
    ASSERT_TRUE(child.ok()) << child.status();
    EXPECT_EQ(WaitStatusOf(*child), 0) << destroys;
    EXPECT_EQ(source->Drain().signals(), SignalSet{SIGCHLD});
    ::raise(SIGUSR1);
    EXPECT_TRUE(source->Drain().Contains(SIGUSR1)) << "the parent's own still works";
  }
}

using SignalSourceForkDeathTest = SignalSourceForkTest;
INSTANTIATE_TEST_SUITE_P(Both, SignalSourceForkDeathTest, kBothMechanisms, MechanismName);

TEST_P(SignalSourceForkDeathTest, DrainingInAChildIsAMistake) {
  const auto source = Open({SIGUSR1});
  EXPECT_DEATH((void)source->Drain(), "in a child");
}

}  // namespace
}  // namespace forklift::signals
