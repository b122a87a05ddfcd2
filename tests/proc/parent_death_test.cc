// Workers and other children whose parent is killed: fault 27, promise P3.
#include "forklift/proc/parent_death.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/signal_set.h"
#include "forklift/tests/proc/supervised.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Supervised;

void Say(const net::Pipe& pipe, char word) {
  PCHECK(net::RetryOnEintr([&] { return ::write(pipe.write_end.get(), &word, 1); }) == 1);
}

// All that is said on the pipe until nobody holds it any more; "<alive>" at the end where somebody
// still does after that time.
std::string HeardFrom(net::Pipe& pipe, absl::Duration timeout = tests::kPatience) {
  pipe.write_end.reset();
  const net::Deadline deadline = net::Deadline::After(timeout);
  std::string heard;
  while (true) {
    pollfd entry = {.fd = pipe.read_end.get(), .events = POLLIN, .revents = 0};
    const int ready = net::RetryOnEintr([&] { return ::poll(&entry, 1, deadline.PollTimeout()); });
    if (ready == 0) return heard + "<alive>";
    char word;
    if (::read(pipe.read_end.get(), &word, 1) != 1) return heard;
    heard += word;
  }
}

// Runs a supervisor of two workers in a process of its own, kills that once both are ready, and
// returns what the workers said.
std::string KillTheSupervisorOf(const SupervisorOptions& options,
                                absl::FunctionRef<int(WorkerContext&, net::Pipe&)> body) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  absl::StatusOr<net::Pipe> ready = net::CreatePipe(net::BlockingMode::kBlocking);
  EXPECT_TRUE(pipe.ok() && ready.ok());
  const absl::StatusOr<pid_t> parent = Fork([&] {
    Supervised supervised(options, [&](WorkerContext& worker) { return body(worker, *pipe); });
    if (!supervised.RunUntilReady(2)) return 1;
    Say(*ready, 'R');
    return supervised.RunUntil([] { return false; }) ? 0 : 1;
  });
  EXPECT_TRUE(parent.ok());
  ready->write_end.reset();
  char word;
  EXPECT_EQ(::read(ready->read_end.get(), &word, 1), 1) << "the workers did not get ready";
  ::kill(*parent, SIGKILL);
  EXPECT_EQ(::waitpid(*parent, nullptr, 0), *parent);
  return HeardFrom(*pipe);
}

TEST(ParentDeathTest, WorkersOfAKilledSupervisorAreGone) {
  EXPECT_EQ(KillTheSupervisorOf({.workers = 2},
                                [](WorkerContext& worker, net::Pipe&) {
                                  worker.Ready();
                                  while (true) ::pause();
                                  return 0;
                                }),
            "");
}

TEST(ParentDeathTest, WorkersThatListenFinishTheirWorkFirst) {
  EXPECT_EQ(KillTheSupervisorOf(
                {.workers = 2, .timeouts = {.orphan = absl::Hours(1)}, .ignored = {SIGTERM}},
                [](WorkerContext& worker, net::Pipe& pipe) {
                  worker.Ready();
                  // The end of a thread of the parent's interrupts the wait; ThreadSanitizer gives
                  // it one.
                  const net::Deadline patience = net::Deadline::After(tests::kPatience);
                  while (!worker.ShouldStop(patience)) {
                    if (patience.expired()) return 1;
                  }
                  Say(pipe, worker.ParentDied() ? 'F' : '?');
                  return 0;
                }),
            "FF");
}

TEST(ParentDeathTest, WorkersThatDoNotListenAreKilledAfterTheGrace) {
  for (const absl::Duration grace : {absl::Milliseconds(100), absl::ZeroDuration()}) {
    EXPECT_EQ(
        KillTheSupervisorOf({.workers = 2, .timeouts = {.orphan = grace}, .ignored = {SIGTERM}},
                            [](WorkerContext& worker, net::Pipe&) {
                              worker.Ready();
                              while (true) ::pause();
                              return 0;
                            }),
        "");
  }
}

TEST(ParentDeathTest, AWorkerThatIsStillStartingIsGoneToo) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const absl::StatusOr<pid_t> parent = Fork([&] {
    Supervised supervised({.workers = 3}, [](WorkerContext&) { return ::pause(); });
    if (!supervised.RunUntil(WorkerEvent::Kind::kStarted, 3)) return 1;
    return ::raise(SIGKILL);
  });
  ASSERT_TRUE(parent.ok());
  ASSERT_EQ(::waitpid(*parent, nullptr, 0), *parent);
  EXPECT_EQ(HeardFrom(*pipe), "");
}

// Runs `body` in a child of a process that is gone by then.
std::string InAnOrphan(absl::FunctionRef<int(pid_t parent, net::Pipe&)> body) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  EXPECT_TRUE(pipe.ok());
  const absl::StatusOr<pid_t> parent = Fork([&] {
    const pid_t self = ::getpid();
    return Fork([&] {
             if (!tests::Eventually([&] { return ::getppid() != self; })) return 1;
             return body(self, *pipe);
           }).ok()
               ? 0
               : 1;
  });
  EXPECT_TRUE(parent.ok());
  int status = -1;
  EXPECT_EQ(::waitpid(*parent, &status, 0), *parent);
  EXPECT_EQ(status, 0);
  return HeardFrom(*pipe);
}

TEST(ParentDeathTest, AParentThatDiedBeforeTheCallIsNotMissed) {
  for (const absl::Duration grace : {absl::Hours(1), absl::ZeroDuration()}) {
    EXPECT_EQ(InAnOrphan([&](pid_t parent, net::Pipe& pipe) {
                Say(pipe, 'A');
                EndWithParent(parent, grace);
                Say(pipe, 'B');
                return 0;
              }),
              "A");
  }
}

TEST(ParentDeathTest, AnInterruptedCallIsRestartedAndNoOtherSignalTaken) {
  const absl::StatusOr<pid_t> child = Fork([parent = ::getpid()] {
    EndWithParent(parent, absl::Seconds(1));
    EndWithParent(parent, absl::Seconds(1));  // again is no harm
    for (int signal = 1; signal < signals::kSignalLimit; ++signal) {
      struct sigaction current;
      if (::sigaction(signal, nullptr, &current) != 0) continue;
      if ((current.sa_handler != SIG_DFL) != (signal == ParentDeathSignal())) return signal;
      if (signal == ParentDeathSignal() && (current.sa_flags & SA_RESTART) == 0) return signal;
    }
    return 0;
  });
  ASSERT_TRUE(child.ok());
  int status = -1;
  ASSERT_EQ(::waitpid(*child, &status, 0), *child);
  EXPECT_EQ(status, 0);
}

TEST(ParentDeathTest, AStraySignalOrTheEndOfAThreadOfTheParentsIsNotItsDeath) {
  absl::StatusOr<net::Pipe> armed = net::CreatePipe(net::BlockingMode::kBlocking);
  absl::StatusOr<net::Pipe> go_on = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(armed.ok() && go_on.ok());
  pid_t child = -1;
  pid_t thread = -1;
  std::thread([&, parent = ::getpid()] {
    thread = ::gettid();
    child = ::fork();
    if (child == 0) {
      EndWithParent(parent, absl::Milliseconds(1));
      ::raise(ParentDeathSignal());
      Say(*armed, 'A');
      go_on->write_end.reset();
      char word;
      ::_exit(::read(go_on->read_end.get(), &word, 1) == 0 ? 42 : 1);
    }
    char word;
    EXPECT_EQ(::read(armed->read_end.get(), &word, 1), 1);
  }).join();
  // The kernel still has the thread for a moment, and tells of its end only then.
  const std::string directory = absl::StrCat("/proc/self/task/", thread);
  ASSERT_TRUE(tests::Eventually([&] { return ::access(directory.c_str(), F_OK) != 0; }));
  go_on->write_end.reset();
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
}

TEST(ParentDeathTest, ReadyRenewsWhatDroppingPrivilegesUndoes) {
  if (::getuid() != 0) GTEST_SKIP() << "only root has privileges to drop";
  tests::Shared<std::atomic<int>> before;
  tests::Shared<std::atomic<int>> after;
  Supervised supervised({.workers = 1}, [&](WorkerContext& worker) {
    int signal = -1;
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
    ::prctl(PR_GET_PDEATHSIG, &signal);
    *before = signal;
    worker.Ready();
    ::prctl(PR_GET_PDEATHSIG, &signal);
    *after = signal;
    return tests::ReadyUntilStopped(worker);
  });
  ASSERT_TRUE(supervised.RunUntil([&] {
    return supervised.Count(WorkerEvent::Kind::kReady) +
               supervised.Count(WorkerEvent::Kind::kFailed) >
           0;
  }));
  if (supervised.Count(WorkerEvent::Kind::kReady) == 0) {
    GTEST_SKIP() << "this root may not become another user (as in a user namespace)";
  }
  ASSERT_TRUE(supervised.RunUntilSeen([&] { return *after != 0; }));
  EXPECT_EQ(*before, 0) << "the kernel forgets";
  EXPECT_EQ(*after, ParentDeathSignal());
}

}  // namespace
}  // namespace forklift::proc
