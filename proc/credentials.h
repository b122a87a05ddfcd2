// Credentials are who a process runs as: user, group, supplementary groups; and DropPrivileges
// becomes that for good.
//
// Owns nothing. LookUpUser may block (it asks the user database: files, LDAP) and allocates; not
// for signal handlers nor for a child between fork and exec: look up before. DropPrivileges changes
// the whole process, all of its threads. To run a program as somebody else, see
// SpawnOptions::credentials.
//
//   absl::StatusOr<Credentials> nobody = LookUpUser("nobody");
//   if (!nobody.ok()) return nobody.status();
//   if (absl::Status status = DropPrivileges(*nobody); !status.ok()) return status;
#ifndef FORKLIFT_PROC_CREDENTIALS_H_
#define FORKLIFT_PROC_CREDENTIALS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forklift::proc {

struct Credentials {
  uid_t uid;
  gid_t gid;
  std::vector<gid_t> groups;  // supplementary; the kernel's list is exactly this one
};

// Those of a user by name, with the user's groups, or with `group` (by name) as the first where it
// is not empty. A number stands for itself where no user, or group, has that name; a user that is
// only a number has no supplementary groups, and needs a group. kNotFound where there is none;
// kResourceExhausted for a user in more groups than Linux takes (65536), or where memory is short;
// an error of getpwnam_r(3) or getgrnam_r(3) where the database cannot be read.
absl::StatusOr<Credentials> LookUpUser(const std::string& user, const std::string& group = "");

struct DropOptions {
  // Nothing that is executed from now on gains privileges: no set-user-ID bit, no file capability
  // (prctl(2) PR_SET_NO_NEW_PRIVS).
  bool no_new_privileges = false;
};

// Becomes `credentials`: setgroups(2), setresgid(2), setresuid(2), in this order, and proves that
// the way back is closed. All or nothing: an error is returned only while nothing has changed
// (kPermissionDenied for one who is not root, kInvalidArgument for an ID of -1); where a later step
// fails, or root can be regained, the process dies, since to go on half privileged is what nobody
// expects.
//
// A user ID other than 0 has no capabilities left, ambient and inheritable ones among them, however
// the process got them (systemd's AmbientCapabilities, SECBIT_KEEP_CAPS); a bounding set is left
// alone. Linux keeps capabilities by thread: where other threads have some that the change of user
// does not take from them (they were not root's), the process dies, as far as /proc lists threads.
// Drop before starting any.
absl::Status DropPrivileges(const Credentials& credentials, const DropOptions& options = {});

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CREDENTIALS_H_
