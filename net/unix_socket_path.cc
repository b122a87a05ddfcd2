#include "forklift/net/unix_socket_path.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {

absl::StatusOr<UnixSocketPath> UnixSocketPath::Take(std::string path) {
  // The process may change its directory.
  std::error_code no_directory;
  path = std::filesystem::absolute(path, no_directory).string();
  if (no_directory) return PosixError(no_directory.value(), "getcwd");
  struct stat file;
  if (::lstat(path.c_str(), &file) != 0) {
    return PosixError(errno, absl::StrCat("lstat ", absl::CHexEscape(path)));
  }
  if (!S_ISSOCK(file.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(absl::CHexEscape(path), ": no socket; replaced by another process?"));
  }
  return UnixSocketPath(std::move(path), file.st_dev, file.st_ino, ::getpid());
}

void UnixSocketPath::Remove() {
  const std::string path = std::exchange(path_, {});
  if (path.empty() || ::getpid() != owner_pid_) return;
  struct stat file;
  // Another may take the path between the two calls; there is no call that does both.
  if (::lstat(path.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_ &&
      ::unlink(path.c_str()) != 0) {
    PLOG(WARNING) << "unlink " << absl::CHexEscape(path) << ": remove it before the next start";
  }
}

}  // namespace forklift::net
