#include "forklift/proc/credentials.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

constexpr uid_t kNobody = 65534;
constexpr int kSandboxed = 77;

ExitStatus StatusOf(absl::FunctionRef<int()> body) {
  const absl::StatusOr<pid_t> child = Fork(body);
  EXPECT_TRUE(child.ok()) << child.status();
  int status = 0;
  EXPECT_EQ(::waitpid(*child, &status, 0), *child);
  return ExitStatus::FromWaitStatus(status);
}

// Whether this process may become another user at all: a sandbox has only one.
bool MayChangeUser() {
  return ::geteuid() == 0 && StatusOf([] {
                               return ::setgroups(0, nullptr) == 0 &&
                                              ::setresuid(kNobody, kNobody, kNobody) == 0
                                          ? 0
                                          : kSandboxed;
                             }).success();
}

TEST(CredentialsTest, LooksUpUsersAndGroupsByName) {
  const passwd* expected = ::getpwuid(0);
  if (expected == nullptr) GTEST_SKIP() << "the machine has no user database";
  const std::string root = expected->pw_name;
  const gid_t gid = expected->pw_gid;
  const absl::StatusOr<Credentials> found = LookUpUser(root);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->uid, 0u);
  EXPECT_EQ(found->gid, gid);
  EXPECT_EQ(std::count(found->groups.begin(), found->groups.end(), gid), 1);
  EXPECT_EQ(LookUpUser(root, "4242")->gid, 4242u);
  EXPECT_EQ(LookUpUser("123456789", "4242")->uid, 123456789u);
  EXPECT_TRUE(LookUpUser("123456789", "4242")->groups.empty());
}

TEST(CredentialsTest, WhatNobodyIsNamedIsNotFound) {
  for (const char* user : {"no-such-user", "", "123456789", "-1", "4294967295", "0x1"})
    EXPECT_EQ(LookUpUser(user).status().code(), absl::StatusCode::kNotFound) << user;
  for (const char* group : {"no-such-group", "-1", "4294967295"})
    EXPECT_EQ(LookUpUser("root", group).status().code(), absl::StatusCode::kNotFound) << group;
}

TEST(CredentialsTest, DropsThemForGood) {
  if (!MayChangeUser()) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  const ExitStatus status = StatusOf([] {
    const Credentials nobody = {.uid = kNobody, .gid = 65533, .groups = {1000, 1001}};
    if (!DropPrivileges(nobody, {.no_new_privileges = true}).ok()) return 1;
    uid_t uids[3];
    gid_t gids[3];
    if (::getresuid(&uids[0], &uids[1], &uids[2]) != 0) return 2;
    if (::getresgid(&gids[0], &gids[1], &gids[2]) != 0) return 3;
    for (uid_t uid : uids) {
      if (uid != kNobody) return 4;
    }
    for (gid_t gid : gids) {
      if (gid != 65533) return 5;
    }
    std::vector<gid_t> groups(10);
    groups.resize(static_cast<size_t>(::getgroups(10, groups.data())));
    if (groups != nobody.groups) return 6;
    if (::setresuid(-1, 0, -1) == 0 || ::setgroups(0, nullptr) == 0) return 7;
    return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 8;
  });
  EXPECT_EQ(status.code(), 0);
}

TEST(CredentialsTest, WhoIsNotRootChangesNothing) {
  if (!MayChangeUser()) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  const ExitStatus status = StatusOf([] {
    if (!DropPrivileges({.uid = kNobody, .gid = kNobody, .groups = {}}).ok()) return 1;
    const absl::Status again = DropPrivileges({.uid = 1, .gid = 1, .groups = {}});
    if (again.code() != absl::StatusCode::kPermissionDenied) return 2;
    return ::getuid() == kNobody && ::getgid() == kNobody ? 0 : 3;
  });
  EXPECT_EQ(status.code(), 0);
}

TEST(CredentialsTest, TheIdThatMeansNoChangeIsRefused) {
  for (const Credentials& credentials : {Credentials{.uid = static_cast<uid_t>(-1), .gid = 1},
                                         Credentials{.uid = 1, .gid = static_cast<gid_t>(-1)}}) {
    EXPECT_EQ(DropPrivileges(credentials).code(), absl::StatusCode::kInvalidArgument);
  }
}

bool HasCapabilities() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return true;
  return (data[0].permitted | data[1].permitted | data[0].inheritable | data[1].inheritable) != 0;
}

// What a change of user alone leaves behind.
TEST(CredentialsTest, CapabilitiesThatAreToBeKeptAreDropped) {
  if (!MayChangeUser()) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  EXPECT_EQ(StatusOf([] {
              if (::prctl(PR_SET_KEEPCAPS, 1) != 0) return 1;
              const Credentials nobody = {.uid = kNobody, .gid = kNobody, .groups = {}};
              if (!DropPrivileges(nobody).ok()) return 2;
              if (HasCapabilities()) return 3;
              return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0 ? 4 : 0;
            }).code(),
            0);
}

// Linux has no call to take them from another thread.
TEST(CredentialsTest, AnotherThreadThatKeepsCapabilitiesDies) {
  if (!MayChangeUser()) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  EXPECT_EQ(StatusOf([] {
              absl::Notification keeps;
              std::thread other([&] {
                if (::prctl(PR_SET_KEEPCAPS, 1) == 0) keeps.Notify();
                while (true) ::pause();
              });
              keeps.WaitForNotification();
              (void)DropPrivileges({.uid = kNobody, .gid = kNobody, .groups = {}});
              return 0;
            }).signal(),
            SIGABRT);
}

TEST(CredentialsTest, OtherThreadsOfRootLoseTheirsToo) {
  if (!MayChangeUser()) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  EXPECT_EQ(StatusOf([] {
              absl::Notification dropped;
              bool kept = true;
              std::thread other([&] {
                dropped.WaitForNotification();
                kept = HasCapabilities();
              });
              const Credentials nobody = {.uid = kNobody, .gid = kNobody, .groups = {}};
              if (!DropPrivileges(nobody).ok()) return 1;
              dropped.Notify();
              other.join();
              return kept ? 2 : 0;
            }).code(),
            0);
}

// Takes from this process the right to change its user, but not its groups.
bool LoseCapability(int capability) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  data[0].effective &= ~(1U << capability);
  data[0].permitted &= ~(1U << capability);
  return ::syscall(SYS_capset, &header, data) == 0;
}

// Fault 62: the groups are changed, the user cannot be. To go on would be to go on as root.
TEST(CredentialsTest, AHalfDropDies) {
  if (!MayChangeUser()) GTEST_SKIP() << "needs root, and more than a sandbox's one user";
  EXPECT_EQ(StatusOf([] {
              if (!LoseCapability(CAP_SETUID)) return 1;
              (void)DropPrivileges({.uid = kNobody, .gid = kNobody, .groups = {}});
              return 0;
            }).signal(),
            SIGABRT);
}

}  // namespace
}  // namespace forklift::proc
