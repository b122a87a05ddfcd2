#include "forklift/net/unique_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {

void UniqueFd::reset() {
  if (fd_ < 0) return;
  const int saved_errno = errno;
  const int fd = std::exchange(fd_, -1);
  // EIO and the like lose data but close the descriptor; only EBADF means that it was not ours to
  // close.
  CHECK(::close(fd) == 0 || errno != EBADF)
      << "close " << fd << ": not open; closed by another owner?";
  errno = saved_errno;
}

absl::StatusOr<UniqueFd> UniqueFd::Duplicate() const {
  UniqueFd copy(::fcntl(fd_, F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) return PosixError(errno, absl::StrCat("fcntl F_DUPFD_CLOEXEC ", fd_));
  return copy;
}

}  // namespace forklift::net
