#include "forklift/net/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

absl::StatusOr<Pipe> CreatePipe(BlockingMode mode) {
  int ends[2];
  const int flags = O_CLOEXEC | (mode == BlockingMode::kNonBlocking ? O_NONBLOCK : 0);
  if (::pipe2(ends, flags) != 0) return PosixError(errno, "pipe2");
  return Pipe{.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
}

}  // namespace forklift::net
