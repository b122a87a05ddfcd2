#include "forklift/proc/credentials.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/posix_error.h"
#include "forklift/proc/capabilities.h"

namespace forklift::proc {
namespace {

// An entry that does not fit into this many bytes is refused with ERANGE.
constexpr size_t kMaxEntry = size_t{1} << 20;
constexpr size_t kMaxGroups = 65536;  // Linux has no more (NGROUPS_MAX)
// "No change" to setresuid(2) and setresgid(2).
constexpr uint32_t kNoId = static_cast<uint32_t>(-1);

std::optional<uint32_t> ParseId(const std::string& text) {
  uint32_t id;
  if (!absl::SimpleAtoi(text, &id) || id == kNoId) return std::nullopt;
  return id;
}

// Calls getpwnam_r or getgrnam_r with a buffer that is large enough. Empty where there is no entry.
template <typename Entry, typename Call>
absl::StatusOr<std::optional<Entry>> LookUp(Call call, std::vector<char>& buffer,
                                            const std::string& what) {
  buffer.resize(1024);
  while (true) {
    Entry entry;
    Entry* found = nullptr;
    const int error = call(&entry, buffer.data(), buffer.size(), &found);
    if (error == 0) return found == nullptr ? std::nullopt : std::optional<Entry>(entry);
    // Some databases report an unknown name by one of these.
    if (error == ENOENT || error == ESRCH) return std::nullopt;
    if (error == ERANGE && buffer.size() < kMaxEntry) {
      buffer.resize(buffer.size() * 4);
    } else if (error != EINTR) {
      return net::PosixError(error, what);
    }
  }
}

absl::StatusOr<gid_t> LookUpGroup(const std::string& name) {
  std::vector<char> buffer;
  const auto entry = LookUp<struct group>(
      [&](struct group* group, char* data, size_t size, struct group** found) {
        return ::getgrnam_r(name.c_str(), group, data, size, found);
      },
      buffer, absl::StrCat("getgrnam_r ", name));
  if (!entry.ok()) return entry.status();
  if (entry->has_value()) return (*entry)->gr_gid;
  if (const std::optional<uint32_t> id = ParseId(name)) return *id;
  return absl::NotFoundError(absl::StrCat("no group is named '", name, "'"));
}

absl::StatusOr<std::vector<gid_t>> GroupsOf(const char* user, gid_t gid) {
  std::vector<gid_t> groups;
  // By doubling: the count that a failing call leaves need not be the one that it takes.
  for (size_t size = 64; size <= kMaxGroups; size *= 2) {
    groups.resize(size);
    int count = static_cast<int>(size);
    if (::getgrouplist(user, gid, groups.data(), &count) < 0) continue;
    groups.resize(static_cast<size_t>(count));
    return groups;
  }
  return absl::ResourceExhaustedError(absl::StrCat("getgrouplist ", user, ": more than ",
                                                   kMaxGroups, " groups, or no memory for them"));
}

// Of all threads: the C library changes the user of each, but knows no capabilities.
void CheckNoCapabilities() {
  DIR* threads = ::opendir("/proc/self/task");
  if (threads == nullptr) return;  // no /proc: the calling thread's own were dropped by name
  while (const dirent* entry = ::readdir(threads)) {
    pid_t thread;
    if (!absl::SimpleAtoi(entry->d_name, &thread)) continue;
    CHECK(HasNoCapabilities(thread)) << "a thread has kept capabilities after the drop of "
                                        "privileges: drop them before starting threads";
  }
  ::closedir(threads);
}

void CheckDropped(const Credentials& credentials) {
  uid_t uids[3];
  gid_t gids[3];
  PCHECK(::getresuid(&uids[0], &uids[1], &uids[2]) == 0);
  PCHECK(::getresgid(&gids[0], &gids[1], &gids[2]) == 0);
  for (uid_t uid : uids) CHECK_EQ(uid, credentials.uid) << "the user ID was not dropped";
  for (gid_t gid : gids) CHECK_EQ(gid, credentials.gid) << "the group ID was not dropped";
  if (credentials.uid != 0) {
    CheckNoCapabilities();
    CHECK_NE(::setuid(0), 0) << "root can be regained after the drop of privileges";
    if (credentials.gid != 0) {
      CHECK_NE(::setgid(0), 0) << "group root can be regained after the drop of privileges";
    }
  }
}

}  // namespace

absl::StatusOr<Credentials> LookUpUser(const std::string& user, const std::string& group) {
  std::optional<gid_t> gid;
  if (!group.empty()) {
    const absl::StatusOr<gid_t> found = LookUpGroup(group);
    if (!found.ok()) return found.status();
    gid = *found;
  }
  std::vector<char> buffer;
  const auto entry = LookUp<passwd>(
      [&](passwd* result, char* data, size_t size, passwd** found) {
        return ::getpwnam_r(user.c_str(), result, data, size, found);
      },
      buffer, absl::StrCat("getpwnam_r ", user));
  if (!entry.ok()) return entry.status();
  if (entry->has_value()) {
    if (!gid) gid = (*entry)->pw_gid;
    absl::StatusOr<std::vector<gid_t>> groups = GroupsOf((*entry)->pw_name, *gid);
    if (!groups.ok()) return groups.status();
    return Credentials{.uid = (*entry)->pw_uid, .gid = *gid, .groups = *std::move(groups)};
  }
  const std::optional<uint32_t> uid = ParseId(user);
  if (!uid) return absl::NotFoundError(absl::StrCat("no user is named '", user, "'"));
  if (!gid) {
    return absl::NotFoundError(
        absl::StrCat("no user is named '", user, "': with a number, name the group too"));
  }
  return Credentials{.uid = *uid, .gid = *gid, .groups = {}};
}

absl::Status DropPrivileges(const Credentials& credentials, const DropOptions& options) {
  if (credentials.uid == kNoId || credentials.gid == kNoId) {
    return absl::InvalidArgumentError("DropPrivileges: the ID -1 would change nothing");
  }
  // Through the C library: the kernel knows credentials of threads only.
  if (::setgroups(credentials.groups.size(), credentials.groups.data()) != 0) {
    return net::PosixError(errno, "setgroups; to drop privileges takes root (CAP_SETGID)");
  }
  PCHECK(::setresgid(credentials.gid, credentials.gid, credentials.gid) == 0)
      << "setresgid " << credentials.gid;
  PCHECK(::setresuid(credentials.uid, credentials.uid, credentials.uid) == 0)
      << "setresuid " << credentials.uid;
  if (credentials.uid != 0) PCHECK(DropCapabilities()) << "capset";
  if (options.no_new_privileges) {
    PCHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) << "prctl PR_SET_NO_NEW_PRIVS";
  }
  CheckDropped(credentials);
  return absl::OkStatus();
}

}  // namespace forklift::proc
