// What a program must not get from its caller, nor a caller from its program: privileges,
// descriptors where the kernel is old, a cancelled thread.
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/communicate.h"
#include "forklift/proc/credentials.h"
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

constexpr uid_t kNobody = 65534;
constexpr uid_t kService = 65533;
constexpr int kSkipped = 77;

// What the program says on its standard output, or why it does not.
std::string OutputOf(SpawnOptions options) {
  options.descriptors.emplace(STDOUT_FILENO, Redirection::PipeFromProgram());
  absl::StatusOr<SpawnedProgram> program = Spawn(options);
  if (!program.ok()) return program.status().ToString();
  return Communicate(*std::move(program), "", {.deadline = net::Deadline::After(tests::kPatience)})
      .output;
}

// The exit code of a child that runs `body`; -1 where it ended otherwise, or not at all.
int CodeOf(absl::FunctionRef<int()> body) {
  const absl::StatusOr<pid_t> pid = Fork(body);
  CHECK_OK(pid);
  const std::optional<ExitStatus> status =
      Child(*pid).Wait(net::Deadline::After(2 * tests::kPatience));
  return status ? status->code() : -1;
}

TEST(SpawnSafetyTest, NoNewPrivilegesIsSetOnlyWhereAskedFor) {
  const SpawnOptions without = {.argv = {"grep", "NoNewPrivs", "/proc/self/status"}};
  SpawnOptions with = without;
  with.no_new_privileges = true;
  const int callers = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  EXPECT_EQ(OutputOf(without), absl::StrCat("NoNewPrivs:\t", callers, "\n"));
  EXPECT_EQ(OutputOf(with), "NoNewPrivs:\t1\n");
}

// As a service manager starts one that is to start programs as other users: an ordinary user with
// capabilities that stay over exec, and over a change of user.
bool BecomeServiceWithAmbientCapabilities() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  constexpr unsigned kCapabilities = 1U << CAP_SETUID | 1U << CAP_SETGID;
  data[0] = {.effective = kCapabilities, .permitted = kCapabilities, .inheritable = kCapabilities};
  return ::prctl(PR_SET_KEEPCAPS, 1) == 0 && ::setresgid(kService, kService, kService) == 0 &&
         ::setresuid(kService, kService, kService) == 0 &&
         ::syscall(SYS_capset, &header, data) == 0 &&
         ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETUID, 0, 0) == 0 &&
         ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETGID, 0, 0) == 0;
}

TEST(SpawnSafetyTest, AnotherUserGetsNoAmbientCapabilities) {
  const int code = CodeOf([] {
    if (!BecomeServiceWithAmbientCapabilities()) return kSkipped;
    SpawnOptions options = {
        .argv = {"grep", "-E", "Cap(Inh|Prm|Eff|Amb)|^Uid", "/proc/self/status"}};
    // What there is to lose.
    if (OutputOf(options).find("CapAmb:\t00000000000000c0") == std::string::npos) return 1;
    options.credentials = Credentials{.uid = kNobody, .gid = kNobody, .groups = {}};
    const std::string none = "0000000000000000\n";
    const std::string expected = "Uid:\t65534\t65534\t65534\t65534\nCapInh:\t" + none +
                                 "CapPrm:\t" + none + "CapEff:\t" + none + "CapAmb:\t" + none;
    return OutputOf(options) == expected ? 0 : 2;
  });
  if (code == kSkipped) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  EXPECT_EQ(code, 0);
}

// As a kernel before Linux 5.11 answers, and the filter of an old container.
TEST(SpawnSafetyTest, WithoutCloseRangeOnlyTheNamedDescriptorsReachTheProgram) {
  for (const int error : {ENOSYS, EINVAL, EPERM}) {
    const int code = CodeOf([&] {
      if (!tests::RefuseSystemCalls({SYS_close_range}, error)) return kSkipped;
      const net::UniqueFd leak(::dup(STDOUT_FILENO));  // not CLOEXEC
      absl::StatusOr<SpawnedProgram> cat =
          Spawn({.argv = {"cat"},
                 .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()},
                                 {leak.get() + 2, Redirection::Null()}}});
      if (!cat.ok()) return 1;
      const std::set<int> expected = {0, 1, 2, leak.get() + 2};
      return tests::Eventually([&] { return tests::OpenDescriptors(cat->child.pid()) == expected; })
                 ? 0
                 : 2;
    });
    if (code == kSkipped) GTEST_SKIP() << "the kernel has no filters of system calls";
    EXPECT_EQ(code, 0) << error;
  }
}

TEST(SpawnSafetyTest, ANewSessionLeadsAGroupAlready) {
  absl::StatusOr<SpawnedProgram> cat =
      Spawn({.argv = {"cat"},
             .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()}},
             .new_session = true,
             .process_group = 0});
  ASSERT_TRUE(cat.ok()) << cat.status();
  EXPECT_EQ(::getsid(cat->child.pid()), cat->child.pid());
  EXPECT_EQ(::getpgid(cat->child.pid()), cat->child.pid());
  EXPECT_TRUE(cat->child.SignalGroup(0));
}

// A cancellation that acted in the child would unwind the parent's thread there; one that acted
// while the parent waits would leave a zombie.
TEST(SpawnSafetyTest, AThreadIsNotCancelledWhileItStartsAProgram) {
  struct Seen {
    absl::Status missing;
    absl::StatusOr<SpawnedProgram> cat = absl::UnknownError("not reached");
    int state = PTHREAD_CANCEL_DISABLE;  // after that
  };
  const tests::Holdings before = tests::Holdings::Now();
  {
    Seen seen;
    const auto body = [](void* argument) -> void* {
      Seen& result = *static_cast<Seen*>(argument);
      ::pthread_cancel(::pthread_self());  // acts at the next cancellation point
      result.missing = Spawn({.argv = {"/no/such"}}).status();
      result.cat = Spawn({.argv = {"cat"},
                          .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()},
                                          {STDOUT_FILENO, Redirection::Null()}}});
      // To be cancelled in earnest is more than a sanitizer's notes of the stack survive.
      ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &result.state);
      return argument;
    };
    pthread_t thread;
    ASSERT_EQ(::pthread_create(&thread, nullptr, body, &seen), 0);
    void* result = nullptr;
    ASSERT_EQ(::pthread_join(thread, &result), 0);
    EXPECT_EQ(result, &seen) << "it was cancelled";
    EXPECT_EQ(seen.state, PTHREAD_CANCEL_ENABLE) << "not put back";
    EXPECT_EQ(seen.missing.code(), absl::StatusCode::kNotFound) << seen.missing;
    EXPECT_TRUE(seen.cat.ok()) << seen.cat.status();
  }
  EXPECT_EQ(tests::Holdings::Now(), before);
}

}  // namespace
}  // namespace forklift::proc
