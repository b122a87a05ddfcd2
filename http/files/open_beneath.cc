#include "forklift/http/files/open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "forklift/http/files/opened_path.h"
#include "forklift/http/files/walk_beneath.h"
#include "forklift/net/eintr.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::files {

OpenedPath OpenBeneath(int root, const char* path, int flags) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long descriptor =
      net::RetryOnEintr([&] { return ::syscall(SYS_openat2, root, path, &how, sizeof(how)); });
  if (descriptor >= 0) return {net::UniqueFd(static_cast<int>(descriptor)), 0};
  const int error_number = errno;
  // ENOSYS and EPERM: an old kernel, or a filter that does not know the call. EAGAIN: a folder was
  // renamed while ".." went through it, and the kernel gives up.
  if (error_number == ENOSYS || error_number == EPERM || error_number == EAGAIN) {
    return WalkBeneath(root, path, flags);
  }
  return {net::UniqueFd(), error_number};
}

}  // namespace forklift::http::files
