#include "forklift/proc/terminate.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Eventually;

constexpr int kSkipped = 77;

// A shell that leads a group and has run `script` up to its "echo ready".
SpawnedProgram Start(std::string script) {
  absl::StatusOr<SpawnedProgram> program =
      Spawn({.argv = {"/bin/sh", "-c", std::move(script)},
             .descriptors = {{STDOUT_FILENO, Redirection::PipeFromProgram()}},
             .process_group = 0});
  CHECK_OK(program);
  std::string said;
  while (!said.ends_with("ready\n")) {
    char byte;
    CHECK_EQ(::read(program->pipes.at(STDOUT_FILENO).get(), &byte, 1), 1);
    said += byte;
  }
  return *std::move(program);
}

TEST(TerminateTest, APoliteSignalIsEnough) {
  SpawnedProgram program = Start("trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done");
  const Termination end = Terminate(program.child, {.grace = tests::kPatience});
  EXPECT_EQ(end.status->code(), 5);
  EXPECT_FALSE(end.killed);
  EXPECT_FALSE(program.child.owns_process());
}

TEST(TerminateTest, WhoDoesNotListenIsKilledAfterTheGrace) {
  SpawnedProgram program = Start("trap '' TERM; echo ready; while :; do sleep 0.1; done");
  const Termination end = Terminate(program.child, {.grace = absl::Milliseconds(50)});
  EXPECT_EQ(end.status->signal(), SIGKILL);
  EXPECT_TRUE(end.killed);
}

TEST(TerminateTest, AStoppedChildIsContinuedToEnd) {
  SpawnedProgram program = Start("echo ready; kill -STOP $$");
  ASSERT_TRUE(Eventually([&] { return tests::ProcessState(program.child.pid()) == 'T'; }));
  const Termination end = Terminate(program.child, {.grace = tests::kPatience});
  EXPECT_EQ(end.status->signal(), SIGTERM);
  EXPECT_FALSE(end.killed);
}

TEST(TerminateTest, AChildThatHasEndedSaysHow) {
  SpawnedProgram program = Start("echo ready; exit 3");
  ASSERT_TRUE(program.child.WaitWithoutReaping(net::Deadline::After(tests::kPatience)));
  const Termination end = Terminate(program.child, {.grace = absl::ZeroDuration()});
  EXPECT_EQ(end.status->code(), 3);
  EXPECT_FALSE(end.killed);
}

// Fault 59: the shell goes, what it has started stays and holds the pipe.
TEST(TerminateTest, AGroupTakesTheGrandchildrenAlong) {
  const tests::Holdings before = tests::Holdings::Now();
  {
    SpawnedProgram program =
        Start("trap '' TERM; sleep 1000 & sleep 1000 & trap - TERM; echo ready; wait");
    const pid_t group = program.child.pid();
    const Termination end = Terminate(program.child, {.grace = tests::kPatience, .group = true});
    EXPECT_EQ(end.status->signal(), SIGTERM);
    char byte;
    EXPECT_EQ(::read(program.pipes.at(STDOUT_FILENO).get(), &byte, 1), 0) << "someone holds it";
    EXPECT_TRUE(Eventually([&] { return ::kill(-group, 0) != 0 && errno == ESRCH; }));
  }
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(TerminateTest, AChildWithoutAGroupOfItsOwnIsEndedAlone) {
  absl::StatusOr<SpawnedProgram> program = Spawn({.argv = {"sleep", "1000"}});
  ASSERT_TRUE(program.ok()) << program.status();
  const Termination end = Terminate(program->child, {.grace = tests::kPatience, .group = true});
  EXPECT_EQ(end.status->signal(), SIGTERM);
}

// Nothing was sent, so nothing was killed.
TEST(TerminateTest, WhatMayNotBeSignalledIsNotReportedAsKilled) {
  const absl::StatusOr<pid_t> pid = Fork([] {
    absl::StatusOr<SpawnedProgram> program =
        Spawn({.argv = {"cat"},
               .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()}},
               .process_group = 0});
    if (!program.ok()) return 1;
    if (!tests::RefuseSystemCalls({SYS_kill, SYS_pidfd_send_signal}, EPERM)) return kSkipped;
    for (const bool group : {false, true}) {
      const Termination end = Terminate(
          program->child,
          {.grace = absl::Milliseconds(1), .kill_patience = absl::Milliseconds(1), .group = group});
      if (end.status || end.killed || !program->child.owns_process()) return 2;
    }
    program->pipes.clear();  // its input ends, and so does it
    return program->child.Wait(net::Deadline::After(tests::kPatience)) ? 0 : 3;
  });
  ASSERT_TRUE(pid.ok()) << pid.status();
  const std::optional<ExitStatus> status =
      Child(*pid).Wait(net::Deadline::After(2 * tests::kPatience));
  ASSERT_TRUE(status.has_value());
  if (status->code() == kSkipped) GTEST_SKIP() << "the kernel has no filters of system calls";
  EXPECT_EQ(status->code(), 0) << status->ToString();
}

}  // namespace
}  // namespace forklift::proc
