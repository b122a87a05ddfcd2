// Every way in which a program cannot be started, and what is left of it: nothing.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/proc/credentials.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Holdings;

constexpr uid_t kNobody = 65534;
constexpr int kNotNobody = 77;

struct Failure {
  std::string name;
  SpawnOptions options;
  int error;  // or 0 for kInvalidArgument
  std::string step;
};

std::string FileNamed(const std::string& name, const std::string& text, mode_t mode) {
  std::string path = absl::StrCat(::getenv("TEST_TMPDIR"), "/", name);
  std::ofstream(path) << text;
  PCHECK(::chmod(path.c_str(), mode) == 0);
  return path;
}

std::vector<Failure> Failures() {
  std::vector<Failure> failures;
  const auto add = [&](std::string name, int error, std::string step) -> SpawnOptions& {
    failures.push_back({std::move(name), {.argv = {"true"}}, error, std::move(step)});
    return failures.back().options;
  };
  add("missing", ENOENT, "execve /no/such").argv = {"/no/such"};
  add("not on PATH", ENOENT, "execve no-such-program").argv = {"no-such-program"};
  add("not executable", EACCES, "execve /").argv = {FileNamed("plain", "text", 0644)};
  add("a directory", EACCES, "execve /usr").argv = {"/usr"};
  add("no program", ENOEXEC, "execve /").argv = {FileNamed("no_program", "text", 0755)};
  add("no interpreter", ENOENT, "execve /").argv = {FileNamed("script", "#!/no/such\n", 0755)};
  add("too long", E2BIG, "execve true").argv.emplace_back(size_t{8} << 20, 'x');
  add("directory", ENOENT, "chdir /no/such").working_directory = "/no/such";
  add("file", ENOENT, "open /no/such/file")
      .descriptors.emplace(0, Redirection::File("/no/such/file", O_RDONLY));
  add("zero byte in a path", 0, "zero byte")
      .descriptors.emplace(0, Redirection::File(std::string("/dev/null\0x", 11), O_RDONLY));
  add("descriptor", EBADF, "placing descriptor 7")
      .descriptors.emplace(7, Redirection::Descriptor(12345));
  add("beyond the limit", EINVAL, "placing descriptor 1073741824")
      .descriptors.emplace(1 << 30, Redirection::Null());
  add("group", EPERM, "setpgid").process_group = std::numeric_limits<pid_t>::max();
  SpawnOptions& session = add("a session in a group", 0, "cannot join 1");
  session.new_session = true;
  session.process_group = 1;
  add("limit", EINVAL, absl::StrCat("setrlimit ", int{RLIMIT_NOFILE})).limits = {
      {RLIMIT_NOFILE, {.rlim_cur = 2, .rlim_max = 1}}};
  add("death signal", EINVAL, "prctl PR_SET_PDEATHSIG").parent_death_signal = 999;
  add("no argv", 0, "no argv").argv.clear();
  add("zero byte", 0, "zero byte").argv = {std::string("a\0b", 3)};
  add("variable", 0, "no variable").environment = {{"a=b", "c"}};
  add("same", 0, "not redirected").descriptors.emplace(2, Redirection::SameAs(1));
  add("no change of user", 0, "ID -1").credentials =
      Credentials{.uid = static_cast<uid_t>(-1), .gid = 1, .groups = {}};
  add("highest", 0, "descriptor 2147483647")
      .descriptors.emplace(std::numeric_limits<int>::max(), Redirection::Null());
  add("negative", 0, "descriptor -1").descriptors.emplace(-1, Redirection::Null());
  return failures;
}

TEST(SpawnFailureTest, AFailingStepIsNamedAndLeavesNothing) {
  for (const Failure& failure : Failures()) {
    SCOPED_TRACE(failure.name);
    SpawnOptions options = failure.options;
    // Something to leave behind.
    options.descriptors.emplace(3, Redirection::PipeToProgram());
    options.descriptors.emplace(4, Redirection::PipeFromProgram());
    const Holdings before = Holdings::Now();
    const absl::Status status = Spawn(options).status();
    EXPECT_EQ(Holdings::Now(), before);
    EXPECT_EQ(status.code(), failure.error == 0 ? absl::StatusCode::kInvalidArgument
                                                : absl::ErrnoToStatusCode(failure.error))
        << status;
    EXPECT_TRUE(absl::StrContains(status.message(), failure.step)) << status;
    if (failure.error != 0) {
      EXPECT_TRUE(absl::StrContains(status.message(), ::strerrorname_np(failure.error))) << status;
    }
  }
}

// Runs `body` in a child that is an ordinary user, which shall have at most `processes`; false
// where this process may not make one.
bool PassesAsNobody(rlim_t processes, absl::FunctionRef<bool()> body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const rlimit limit = {.rlim_cur = processes, .rlim_max = processes};
    if (::geteuid() == 0 &&
        (::setrlimit(RLIMIT_NPROC, &limit) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
         ::setresuid(kNobody, kNobody, kNobody) != 0)) {
      ::_exit(kNotNobody);
    }
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotNobody) return false;
  EXPECT_EQ(status, 0);
  return true;
}

bool FailsWith(const SpawnOptions& options, absl::StatusCode code, std::string_view step) {
  const Holdings before = Holdings::Now();
  const absl::Status status = Spawn(options).status();
  return status.code() == code && absl::StrContains(status.message(), step) &&
         Holdings::Now() == before;
}

// Each step that takes rights, refused: the program must not run with those that it was to lose.
TEST(SpawnFailureTest, WhoMayNotChangeTheUserStartsNothing) {
  const bool passed = PassesAsNobody(RLIM_INFINITY, [] {
    SpawnOptions options = {.argv = {"true"}};
    options.credentials = Credentials{.uid = 1, .gid = 1, .groups = {}};
    return FailsWith(options, absl::StatusCode::kPermissionDenied, "setgroups");
  });
  if (!passed) GTEST_SKIP() << "a sandbox of one user";
}

// Capabilities that stay are rights that stay.
TEST(SpawnFailureTest, WhereCapabilitiesCannotBeDroppedNothingIsStarted) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  const pid_t pid = ::fork();
  if (pid == 0) {
    SpawnOptions options = {.argv = {"true"}};
    options.credentials = Credentials{.uid = kNobody, .gid = kNobody, .groups = {}};
    if (!Spawn(options).ok() || !tests::RefuseSystemCalls({SYS_capset}, EPERM)) ::_exit(kNotNobody);
    ::_exit(FailsWith(options, absl::StatusCode::kPermissionDenied, "capset") ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotNobody)
    GTEST_SKIP() << "a sandbox of one user, or a kernel without filters of system calls";
  EXPECT_EQ(status, 0);
}

TEST(SpawnFailureTest, WithoutDescriptorsLeftNothingIsStarted) {
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const SpawnOptions options = {.argv = {"true"},
                                .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()},
                                                {STDOUT_FILENO, Redirection::PipeFromProgram()},
                                                {STDERR_FILENO, Redirection::Null()}}};
  const Holdings held = Holdings::Now();
  const rlim_t used = static_cast<rlim_t>(*held.descriptors.rbegin()) + 1;
  bool started = false;
  int refused = 0;
  for (rlim_t limit = 0; limit < used + 40 && !started; ++limit) {
    const rlimit lowered = {.rlim_cur = limit, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
    {
      absl::StatusOr<SpawnedProgram> program = Spawn(options);
      started = program.ok();
      refused += !started;
    }
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(Holdings::Now(), held) << "with a limit of " << limit;
  }
  EXPECT_TRUE(started);
  EXPECT_GT(refused, 5);
}

TEST(SpawnFailureTest, WithoutProcessesLeftNothingIsStarted) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become a user without other processes";
  const bool passed = PassesAsNobody(0, [] {
    return FailsWith(
        {.argv = {"cat"}, .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()}}},
        absl::StatusCode::kUnavailable, "clone");
  });
  if (!passed) GTEST_SKIP() << "a sandbox of one user";
}

}  // namespace
}  // namespace forklift::proc
