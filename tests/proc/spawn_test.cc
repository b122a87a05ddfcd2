#include "forklift/proc/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/communicate.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Eventually;
using tests::Holdings;

constexpr uid_t kNobody = 65534;

// What the program says on its standard output, or why it does not.
std::string OutputOf(SpawnOptions options) {
  options.descriptors.emplace(STDOUT_FILENO, Redirection::PipeFromProgram());
  absl::StatusOr<SpawnedProgram> program = Spawn(options);
  if (!program.ok()) return std::string(program.status().message());
  const Communication said =
      Communicate(*std::move(program), "", {.deadline = net::Deadline::After(tests::kPatience)});
  return said.status.success() ? said.output : absl::StrCat(said.output, "<", said.status, ">");
}

SpawnOptions Shell(std::string script) { return {.argv = {"/bin/sh", "-c", std::move(script)}}; }

// A program that runs until its input ends.
SpawnOptions Cat() {
  return {.argv = {"cat"}, .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()}}};
}

std::string StatusField(pid_t pid, std::string_view key) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(file, line);) {
    std::string_view value = line;
    if (absl::ConsumePrefix(&value, key) && absl::ConsumePrefix(&value, ":\t"))
      return std::string(value);
  }
  return "";
}

net::UniqueFd FileWith(std::string_view text) {
  net::UniqueFd file(::memfd_create("text", MFD_CLOEXEC));
  PCHECK(file.valid());
  PCHECK(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return file;
}

TEST(SpawnTest, RunsAProgramWithItsArguments) {
  EXPECT_EQ(OutputOf({.argv = {"printf", "%s|", "a b", "", "$c"}}), "a b||$c|");
  EXPECT_EQ(OutputOf({.argv = {"/bin/sh", "-c", "exit 3"}}), "<exited with status 3>");
  SpawnOptions renamed = Shell("echo $0");
  renamed.argv = {"name", "-c", "echo $0"};
  renamed.program = "/bin/sh";
  EXPECT_EQ(OutputOf(renamed), "name\n");
}

TEST(SpawnTest, TheEnvironmentIsTheCallersWithChanges) {
  ASSERT_EQ(::setenv("KEPT", "kept", 1), 0);
  ASSERT_EQ(::setenv("REMOVED", "x", 1), 0);
  ASSERT_EQ(::setenv("REPLACED", "x", 1), 0);
  SpawnOptions options = Shell("echo $KEPT,$REMOVED,$REPLACED,$ADDED");
  options.unset = {"REMOVED"};
  options.environment = {{"REPLACED", "new"}, {"ADDED", "a=b"}};
  EXPECT_EQ(OutputOf(options), "kept,,new,a=b\n");
  EXPECT_EQ(OutputOf({.argv = {"env"}, .clear_environment = true, .environment = {{"A", "1"}}}),
            "A=1\n");
}

TEST(SpawnTest, OnlyTheNamedDescriptorsReachTheProgram) {
  const net::UniqueFd leak(::open("/dev/null", O_RDONLY));  // not CLOEXEC
  const net::UniqueFd high(::fcntl(leak.get(), F_DUPFD, 900));
  absl::StatusOr<SpawnedProgram> cat = Spawn(Cat());
  ASSERT_TRUE(cat.ok()) << cat.status();
  // The kernel closes the others on exec, a moment after it lets the parent go on.
  const auto has = [](const SpawnedProgram& program, const std::set<int>& expected) {
    return Eventually([&] { return tests::OpenDescriptors(program.child.pid()) == expected; });
  };
  EXPECT_TRUE(has(*cat, {0, 1, 2})) << Holdings::Now();
  SpawnOptions options = Cat();
  options.descriptors.emplace(7, Redirection::Descriptor(leak.get()));
  options.descriptors.emplace(high.get(), Redirection::Descriptor(high.get()));
  absl::StatusOr<SpawnedProgram> more = Spawn(options);
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_TRUE(has(*more, {0, 1, 2, 7, high.get()})) << Holdings::Now();
}

TEST(SpawnTest, DescriptorsMayCrossAndCycle) {
  // The caller's numbers are a permutation of the program's.
  std::vector<net::UniqueFd> files;
  for (std::string_view text : {"a", "b", "c"}) {
    const net::UniqueFd file = FileWith(text);
    files.emplace_back(::fcntl(file.get(), F_DUPFD_CLOEXEC, 20));
  }
  const int a = files[0].get();
  const int b = files[1].get();
  const int c = files[2].get();
  SpawnOptions options = Shell(absl::StrCat("cat /proc/self/fd/", a, " /proc/self/fd/", b,
                                            " /proc/self/fd/", c, " /proc/self/fd/9"));
  options.descriptors = {{a, Redirection::Descriptor(b)},
                         {b, Redirection::Descriptor(c)},
                         {c, Redirection::Descriptor(a)},
                         {9, Redirection::SameAs(a)}};
  EXPECT_EQ(OutputOf(options), "bcab");
}

TEST(SpawnTest, RedirectsToFilesNullAndTheSame) {
  const std::string path = absl::StrCat(::getenv("TEST_TMPDIR"), "/spawned");
  SpawnOptions options = Shell("cat; echo out; echo err >&2");
  options.descriptors = {
      {STDIN_FILENO, Redirection::Null()},
      {STDOUT_FILENO, Redirection::File(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)},
      {STDERR_FILENO, Redirection::SameAs(STDOUT_FILENO)}};
  absl::StatusOr<SpawnedProgram> program = Spawn(options);
  ASSERT_TRUE(program.ok()) << program.status();
  ASSERT_TRUE(program->child.Wait(net::Deadline::After(tests::kPatience))->success());
  EXPECT_EQ(OutputOf({.argv = {"cat", path}}), "out\nerr\n");
}

// The first file that the program opens must not become its standard output.
TEST(SpawnTest, AStandardDescriptorThatTheCallerHasClosedIsDevNull) {
  const net::UniqueFd kept(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 20));
  ASSERT_TRUE(kept.valid());
  ::close(STDIN_FILENO);
  const std::string output = OutputOf(Shell("readlink /proc/self/fd/0"));
  ASSERT_EQ(::dup2(kept.get(), STDIN_FILENO), STDIN_FILENO);
  EXPECT_EQ(output, "/dev/null\n");
}

TEST(SpawnTest, SignalsAreAtTheirDefaultsButForThoseToIgnore) {
  struct sigaction handled = {};
  handled.sa_handler = [](int) {};
  const signals::ScopedDisposition caught(SIGUSR1, handled);
  const signals::ScopedDisposition ignored = signals::ScopedDisposition::Ignore(SIGPIPE);
  const signals::ScopedSignalMask blocked({SIGTERM});
  SpawnOptions options = Cat();
  options.ignored_signals = {SIGHUP};
  absl::StatusOr<SpawnedProgram> cat = Spawn(options);
  ASSERT_TRUE(cat.ok()) << cat.status();
  const pid_t pid = cat->child.pid();
  EXPECT_EQ(StatusField(pid, "SigBlk"), "0000000000000000");
  uint64_t ignoring = 0;
  ASSERT_TRUE(absl::SimpleHexAtoi(StatusField(pid, "SigIgn"), &ignoring));
  // Without the two that belong to the C library, which a parent may have left ignored.
  EXPECT_EQ(ignoring & ~(uint64_t{3} << 31), 1u);
  EXPECT_EQ(StatusField(pid, "SigCgt"), "0000000000000000");
  EXPECT_TRUE(signals::BlockedSignals().Contains(SIGTERM));
  EXPECT_FALSE(signals::BlockedSignals().Contains(SIGUSR1));
}

TEST(SpawnTest, DirectoryUmaskAndLimits) {
  SpawnOptions options = Shell("pwd; umask; ulimit -n");
  options.working_directory = "/usr";
  options.umask = 027;
  options.limits = {{RLIMIT_NOFILE, {.rlim_cur = 77, .rlim_max = 77}}};
  EXPECT_EQ(OutputOf(options), "/usr\n0027\n77\n");
}

TEST(SpawnTest, SessionAndProcessGroup) {
  absl::StatusOr<SpawnedProgram> same = Spawn(Cat());
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(::getpgid(same->child.pid()), ::getpgrp());
  SpawnOptions options = Cat();
  options.process_group = 0;
  absl::StatusOr<SpawnedProgram> leader = Spawn(options);
  ASSERT_TRUE(leader.ok());
  EXPECT_EQ(::getpgid(leader->child.pid()), leader->child.pid());
  options.process_group = leader->child.pid();
  absl::StatusOr<SpawnedProgram> member = Spawn(options);
  ASSERT_TRUE(member.ok());
  EXPECT_EQ(::getpgid(member->child.pid()), leader->child.pid());
  options = Cat();
  options.new_session = true;
  absl::StatusOr<SpawnedProgram> session = Spawn(options);
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(::getsid(session->child.pid()), session->child.pid());
}

TEST(SpawnTest, RunsAsAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  SpawnOptions options = Shell("id -u; id -g; id -G");
  options.credentials = Credentials{.uid = kNobody, .gid = 65533, .groups = {1000, 1001}};
  const std::string output = OutputOf(options);
  if (absl::StrContains(output, "setgroups")) GTEST_SKIP() << "a sandbox of one user: " << output;
  EXPECT_EQ(output, "65534\n65533\n65533 1000 1001\n");
  EXPECT_EQ(::geteuid(), 0u) << "the caller's own user was changed";
}

TEST(SpawnTest, DiesWithItsParent) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const pid_t parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    SpawnOptions options = {.argv = {"sleep", "1000"}};
    options.descriptors.emplace(9, Redirection::Descriptor(pipe->write_end.get()));
    options.parent_death_signal = SIGKILL;
    absl::StatusOr<SpawnedProgram> program = Spawn(options);
    if (program.ok()) (void)!::write(pipe->write_end.get(), "r", 1);
    while (true) ::pause();
  }
  pipe->write_end.reset();
  char byte;
  ASSERT_EQ(::read(pipe->read_end.get(), &byte, 1), 1);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(::read(pipe->read_end.get(), &byte, 1), 0) << "the end, when the last writer is gone";
}

// Fault: a lock that another thread holds at the moment of the start is held for ever in the child.
TEST(SpawnTest, IsSafeWhileOtherThreadsAllocateAndSpawn) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        // The locks of malloc and of stdio.
        const std::string text(1000, 'x');
        ::fflush(nullptr);
      }
    });
  }
  threads.emplace_back([] {
    for (int i = 0; i < 100; ++i) ASSERT_EQ(OutputOf({.argv = {"echo", "other"}}), "other\n");
  });
  for (int i = 0; i < 100; ++i) ASSERT_EQ(OutputOf({.argv = {"echo", "one"}}), "one\n");
  threads.back().join();
  stop = true;
  threads.pop_back();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace forklift::proc
