#include "forklift/proc/communicate.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/signals/disposition.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "forklift/tests/support/traced_child.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using Outcome = Communication::Outcome;
using tests::Holdings;

constexpr int kSkipped = 77;

SpawnedProgram Shell(const std::string& script) {
  absl::StatusOr<SpawnedProgram> program =
      Spawn({.argv = {"/bin/sh", "-c", script},
             .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()},
                             {STDOUT_FILENO, Redirection::PipeFromProgram()},
                             {STDERR_FILENO, Redirection::PipeFromProgram()}}});
  CHECK_OK(program);
  return *std::move(program);
}

CommunicateOptions Patient() { return {.deadline = net::Deadline::After(tests::kPatience)}; }

// Fault 58: more than a pipe holds, in each of the three, in the order that would deadlock.
TEST(CommunicateTest, FullPipesDoNotDeadlock) {
  const std::string megabyte(size_t{1} << 20, 'x');
  const Holdings before = Holdings::Now();
  const Communication said = Communicate(
      Shell("head -c 1048576 /dev/zero >&2; head -c 1048576 /dev/zero; cat"), megabyte, Patient());
  EXPECT_EQ(said.outcome, Outcome::kEnded);
  EXPECT_TRUE(said.status.success()) << said.status.ToString();
  EXPECT_EQ(said.output.size(), size_t{2} << 20);
  EXPECT_EQ(said.output.substr(size_t{1} << 20), megabyte);
  EXPECT_EQ(said.error.size(), size_t{1} << 20);
  EXPECT_TRUE(said.input_taken);
  EXPECT_EQ(Holdings::Now(), before);
}

TEST(CommunicateTest, AProgramNeedNotReadItsInput) {
  const signals::ScopedDisposition deadly(SIGPIPE, {});  // whatever the test runner has set
  const std::string megabyte(size_t{1} << 20, 'x');
  for (const char* script : {"exit 3", "exec <&-; echo closed; exit 3", "head -c 10 >&2; exit 3"}) {
    const Communication said = Communicate(Shell(script), megabyte, Patient());
    EXPECT_EQ(said.outcome, Outcome::kEnded) << script;
    EXPECT_EQ(said.status.code(), 3) << script;
    EXPECT_FALSE(said.input_taken) << script;
  }
  sigset_t pending;
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

TEST(CommunicateTest, ADeadlineKillsTheProgramAndKeepsWhatItSaid) {
  const Holdings before = Holdings::Now();
  // It has said its word when it stops itself, so the deadline is the only thing to come.
  const Communication said = Communicate(Shell("echo word; kill -STOP $$"), "",
                                         {.deadline = net::Deadline::After(absl::Seconds(1))});
  EXPECT_EQ(said.outcome, Outcome::kTimedOut);
  EXPECT_EQ(said.status.signal(), SIGKILL);
  EXPECT_EQ(said.output, "word\n");
  EXPECT_EQ(Holdings::Now(), before);
}

TEST(CommunicateTest, EndlessOutputIsCutOff) {
  CommunicateOptions options = Patient();
  options.max_bytes = 100'000;
  const Communication said = Communicate(Shell("cat /dev/zero"), "", options);
  EXPECT_EQ(said.outcome, Outcome::kTooMuch);
  EXPECT_EQ(said.output.size(), 100'000u);
  EXPECT_TRUE(said.status.signal() == SIGKILL || said.status.signal() == SIGPIPE)
      << said.status.ToString();
  options.max_bytes = 5;
  EXPECT_EQ(Communicate(Shell("echo word"), "", options).outcome, Outcome::kEnded);
  EXPECT_EQ(Communicate(Shell("echo words"), "", options).outcome, Outcome::kTooMuch);
}

// Fault 59: the pipe's end never comes, but the program's does.
TEST(CommunicateTest, AGrandchildThatHoldsThePipeIsNotWaitedFor) {
  const Communication said = Communicate(Shell("sleep 1000 & echo $!; exit 4"), "", Patient());
  EXPECT_EQ(said.outcome, Outcome::kEnded);
  EXPECT_EQ(said.status.code(), 4);
  const int grandchild = std::stoi(said.output);
  EXPECT_EQ(::kill(grandchild, SIGKILL), 0) << "it lives on";
}

// A shell that leads a group, and whose descriptor 9 is held by all that it starts.
SpawnedProgram Group(const std::string& script, net::UniqueFd held) {
  absl::StatusOr<SpawnedProgram> program =
      Spawn({.argv = {"/bin/sh", "-c", script},
             .descriptors = {{STDOUT_FILENO, Redirection::PipeFromProgram()},
                             {9, Redirection::Descriptor(held.get())}},
             .process_group = 0});
  CHECK_OK(program);
  return *std::move(program);
}

TEST(CommunicateTest, AGroupTakesTheGrandchildrenAlong) {
  for (const auto& [script, outcome] : {std::pair("sleep 1000 & cat /dev/zero", Outcome::kTooMuch),
                                        std::pair("sleep 1000 & exit 4", Outcome::kEnded)}) {
    absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
    ASSERT_TRUE(pipe.ok()) << pipe.status();
    CommunicateOptions options = Patient();
    options.max_bytes = 100;
    options.group = true;
    const Communication said = Communicate(Group(script, std::move(pipe->write_end)), "", options);
    EXPECT_EQ(said.outcome, outcome) << script;
    pollfd entry = {.fd = pipe->read_end.get(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&entry, 1, net::Deadline::After(tests::kPatience).PollTimeout()), 1)
        << script << ": the grandchild lives";
    EXPECT_EQ(entry.revents, POLLHUP);
  }
}

TEST(CommunicateTest, AProgramThatMayNotBeKilledIsGivenBack) {
  const absl::StatusOr<pid_t> pid = Fork([] {
    SpawnedProgram cat = Shell("exec cat");
    if (!tests::RefuseSystemCalls({SYS_kill, SYS_pidfd_send_signal}, EPERM)) return kSkipped;
    Communication said = Communicate(std::move(cat), "",
                                     {.deadline = net::Deadline::After(absl::ZeroDuration()),
                                      .kill_patience = absl::ZeroDuration()});
    // Its input has no end before Communicate's: it may have seen it, but only if that is empty.
    if (said.outcome != Outcome::kNotKilled || !said.child) return 1;
    if (said.status != ExitStatus::Unknown()) return 2;
    // Its pipes are closed, and so it ends by itself.
    return said.child->Wait(net::Deadline::After(tests::kPatience)) ? 0 : 3;
  });
  ASSERT_TRUE(pid.ok()) << pid.status();
  const std::optional<ExitStatus> status =
      Child(*pid).Wait(net::Deadline::After(2 * tests::kPatience));
  ASSERT_TRUE(status.has_value()) << "it waits for what it cannot kill";
  if (status->code() == kSkipped) GTEST_SKIP() << "the kernel has no filters of system calls";
  EXPECT_EQ(status->code(), 0) << status->ToString();
}

TEST(CommunicateTest, WhileATracerHasTheEndItSleeps) {
  std::optional<tests::TracedChild> traced = tests::TracedChild::Start();
  if (!traced) GTEST_SKIP() << "this process may not trace its children";
  const absl::Duration before = tests::CpuTimeOfThread();
  Communication said = Communicate({.child = std::move(traced->child), .pipes = {}}, "",
                                   {.deadline = net::Deadline::After(absl::Milliseconds(500)),
                                    .kill_patience = absl::ZeroDuration()});
  EXPECT_LT(tests::CpuTimeOfThread() - before, absl::Milliseconds(250)) << "it spins";
  ASSERT_EQ(said.outcome, Outcome::kNotKilled);
  traced->tracer.Signal(SIGKILL);
  EXPECT_EQ(said.child->Wait(net::Deadline::After(tests::kPatience))->signal(), SIGKILL);
}

TEST(CommunicateTest, WorksForAProgramWithoutPipes) {
  absl::StatusOr<SpawnedProgram> program = Spawn({.argv = {"/bin/sh", "-c", "exit 5"}});
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ(Communicate(*std::move(program), "", Patient()).status.code(), 5);
}

TEST(CommunicateDeathTest, InputNeedsAPipe) {
  EXPECT_DEATH(
      {
        absl::StatusOr<SpawnedProgram> program = Spawn({.argv = {"true"}});
        Communicate(*std::move(program), "input", Patient());
      },
      "no pipe to the program");
}

}  // namespace
}  // namespace forklift::proc
