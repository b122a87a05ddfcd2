// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/backoff.h"
#include "forklift/proc/cgroup_limits.h"
#include "forklift/proc/child.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/communicate.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/heartbeat.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/proc/notify.h"
#include "forklift/proc/reaper.h"
#include "forklift/proc/resource_limits.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/terminate.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/self_pipe.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

// A child, and the loop that hears of its end.
TEST(ProcExamplesTest, ASelfPipeAndAReaperInALoop) {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  GTEST_SKIP()
      << "ThreadSanitizer holds signals back, and now and then drops the only one of these";
#endif
  using signals::SelfPipe;
  absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create({SIGCHLD, SIGTERM});
  ASSERT_TRUE(self_pipe.ok()) << self_pipe.status();
  absl::StatusOr<pid_t> child = Fork([&] { return 3; });
  ASSERT_TRUE(child.ok()) << child.status();

  Reaper reaper;
  ExitStatus ended = ExitStatus::Unknown();
  reaper.Adopt(*child, [&](pid_t pid, ExitStatus status) {
    LOG(INFO) << pid << " " << status;
    ended = status;
  });
  while (reaper.size() > 0) {
    pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
    ASSERT_NE(::poll(&entry, 1, 30'000), 0);
    if ((*self_pipe)->Drain().Contains(SIGCHLD)) reaper.ReapAll();
  }
  EXPECT_EQ(ended.code(), 3);
}

// A filter that is fed and drained by pipes.
TEST(ProcExamplesTest, SpawningAFilterWithPipes) {
  absl::StatusOr<SpawnedProgram> sort =
      Spawn({.argv = {"sort", "-n"},
             .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()},
                             {STDOUT_FILENO, Redirection::PipeFromProgram()}}});
  ASSERT_TRUE(sort.ok()) << sort.status();
  Communication said = Communicate(*std::move(sort), "10\n9\n");
  ASSERT_EQ(said.outcome, Communication::Outcome::kEnded);
  EXPECT_TRUE(said.status.success());
  EXPECT_EQ(said.output, "9\n10\n");
}

// A child that is waited for with a deadline, and ended.
TEST(ProcExamplesTest, AChildAndItsEnd) {
  absl::StatusOr<pid_t> pid = Fork([] { return ::pause(); });
  ASSERT_TRUE(pid.ok()) << pid.status();
  Child child(*pid);
  std::optional<ExitStatus> status = child.Wait(net::Deadline::After(absl::Milliseconds(10)));
  EXPECT_FALSE(status.has_value());
  Termination end = Terminate(child, {.grace = absl::Seconds(5)});
  ASSERT_TRUE(end.status.has_value());
  LOG(INFO) << "worker " << *end.status;
  EXPECT_EQ(end.status->signal(), SIGTERM);
}

// A worker for each CPU that the container was given, with as many descriptors as it may have.
TEST(ProcExamplesTest, WhatTheProcessMayUse) {
  absl::Status raised = RaiseSoftLimit("nofile");
  EXPECT_TRUE(raised.ok()) << raised;
  EXPECT_GE(EffectiveCpuCount(), 1);
}

// A worker of the supervised pool below.
int Serve(WorkerContext& worker) {
  // Open what it needs, drop privileges.
  worker.Ready();
  while (!worker.ShouldStop(net::Deadline::After(worker.beat_interval()))) worker.Beat();
  return 0;
}

// Four workers in a poll loop, rolled over once and stopped.
absl::Status RunSupervisedPool(const std::function<void(const Supervisor&)>& look) {
  using signals::ReceivedSignals;
  using signals::SelfPipe;
  absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe =
      SelfPipe::Create({SIGCHLD, SIGHUP, SIGTERM});
  if (!self_pipe.ok()) return self_pipe.status();
  absl::StatusOr<std::unique_ptr<Supervisor>> supervisor = Supervisor::Create(
      {.workers = 4}, Serve, [](const WorkerEvent& event) { LOG(INFO) << event; });
  if (!supervisor.ok()) return supervisor.status();
  while (!(*supervisor)->stopped()) {
    std::vector<pollfd> entries = {{.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0}};
    (*supervisor)->AppendPollEntries(entries);
    ::poll(entries.data(), entries.size(), (*supervisor)->NextDeadline().PollTimeout());
    const ReceivedSignals signals = (*self_pipe)->Drain();
    if (signals.Contains(SIGHUP)) (*supervisor)->Roll(Serve);
    if (signals.Contains(SIGTERM)) (*supervisor)->Stop();
    (*supervisor)->Advance();
    look(**supervisor);
  }
  return (*supervisor)->status();
}

TEST(ProcExamplesTest, ASupervisedPool) {
  bool rolled = false;
  const absl::Status status = RunSupervisedPool([&](const Supervisor& supervisor) {
    if (supervisor.ready() != 4 || supervisor.processes() != 4) return;
    if (supervisor.counts().started == 4 && !rolled) {
      rolled = true;
      ::raise(SIGHUP);
    }
    if (supervisor.counts().started == 8) ::raise(SIGTERM);
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(rolled);
}

// Jobs in children, never more than so many at once.
TEST(ProcExamplesTest, ATableOfChildren) {
  const auto self_pipe = signals::SelfPipe::Create({SIGCHLD});
  ASSERT_TRUE(self_pipe.ok()) << self_pipe.status();
  const auto count_words = [] { return 0; };
  ChildTable<std::string> children(/*limit=*/100, [](pid_t, ExitStatus status, std::string& job) {
    LOG(INFO) << job << " " << status;
  });
  const absl::StatusOr<pid_t> child = children.Start("count words", [&] { return count_words(); });
  ASSERT_TRUE(child.ok()) << child.status();
  while (children.size() > 0) {
    pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
    ASSERT_NE(::poll(&entry, 1, 30'000), 0);
    if ((*self_pipe)->Drain().Contains(SIGCHLD)) children.ReapAll();
  }
  EXPECT_EQ(children.counts().exited_cleanly, 1u);
}

TEST(ProcExamplesTest, HeartbeatsOfAChild) {
  absl::StatusOr<Heartbeats> heartbeats = Heartbeats::Create(1);
  ASSERT_TRUE(heartbeats.ok()) << heartbeats.status();
  const size_t slot = 0;
  const absl::StatusOr<pid_t> child = Fork([&] {
    heartbeats->Beat(slot);
    return 0;
  });
  ASSERT_TRUE(child.ok()) << child.status();
  ASSERT_EQ(::waitpid(*child, nullptr, 0), *child);
  const absl::Duration silent_for = MonotonicNow() - heartbeats->LastBeat(slot);
  EXPECT_LT(silent_for, absl::Hours(1));
}

TEST(ProcExamplesTest, TryingAgain) {
  int tries = 0;
  const auto connect = [&] { return ++tries == 3; };
  absl::Duration waited;
  const auto wait = [&](absl::Duration duration) { waited += duration; };
  Backoff backoff;
  while (!connect()) wait(backoff.Next(/*lasted=*/absl::ZeroDuration()));
  EXPECT_GE(waited, absl::Milliseconds(0.75 * 300));
}

// A service that tells systemd, if systemd listens, when it is ready.
absl::Status RunService() {
  absl::StatusOr<Notifier> notifier = Notifier::FromEnvironment(Notifier::Variables::kUnset);
  if (!notifier.ok()) return notifier.status();
  const absl::Status told = notifier->Ready();  // once listening
  if (!told.ok()) LOG(WARNING) << told;
  return absl::OkStatus();
}

TEST(ProcExamplesTest, TellingSystemd) { EXPECT_TRUE(RunService().ok()); }

}  // namespace
}  // namespace forklift::proc
