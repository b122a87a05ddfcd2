#include "forklift/http/log/log_destination.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/sigpipe.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::log {
namespace {

// O_NONBLOCK also keeps open(2) itself from waiting for a FIFO's reader.
net::UniqueFd OpenToAppend(const char* path, int more_flags) {
  constexpr mode_t kOwnerAndGroup = 0640;
  const int flags = O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | more_flags;
  return net::UniqueFd(net::RetryOnEintr([&] { return ::open(path, flags, kOwnerAndGroup); }));
}

bool IsPipe(const struct stat& status) { return S_ISFIFO(status.st_mode); }

}  // namespace

absl::StatusOr<LogDestination> OpenLogFile(const std::string& path) {
  net::UniqueFd fd = OpenToAppend(path.c_str(), O_WRONLY | O_CREAT);
  if (!fd.valid() && errno == ENXIO) fd = OpenToAppend(path.c_str(), O_RDWR);
  if (!fd.valid()) return net::PosixError(errno, absl::StrCat("open ", path));
  struct stat status;
  if (::fstat(fd.get(), &status) != 0) return net::PosixError(errno, absl::StrCat("fstat ", path));
  return LogDestination{std::move(fd), IsPipe(status) ? LogWriteMode::kPipe : LogWriteMode::kPlain};
}

absl::Status CheckLogFile(const std::string& path) {
  const net::UniqueFd fd = OpenToAppend(path.c_str(), O_WRONLY);
  if (fd.valid() || errno == ENXIO) return absl::OkStatus();
  if (errno == ENOENT) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    const char* const name = folder.empty() ? "." : folder.c_str();
    if (!path.empty() && ::access(name, W_OK | X_OK) == 0) return absl::OkStatus();
  }
  return net::PosixError(errno, absl::StrCat("open ", path));
}

absl::StatusOr<LogDestination> OpenStandardOutput() {
  struct stat status;
  if (::fstat(STDOUT_FILENO, &status) != 0) return net::PosixError(errno, "fstat 1");
  LogWriteMode mode = LogWriteMode::kPlain;
  if (S_ISSOCK(status.st_mode)) {
    mode = LogWriteMode::kSocket;
  } else if (!S_ISREG(status.st_mode)) {
    net::UniqueFd own = OpenToAppend("/proc/self/fd/1", O_WRONLY);
    if (own.valid()) {
      return LogDestination{std::move(own),
                            IsPipe(status) ? LogWriteMode::kPipe : LogWriteMode::kPlain};
    }
    mode = LogWriteMode::kPolled;
  }
  // A regular file is not opened again: if it is not open to append, those who write to it must
  // share its offset, or they overwrite each other.
  net::UniqueFd shared(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!shared.valid()) return net::PosixError(errno, "fcntl F_DUPFD_CLOEXEC 1");
  return LogDestination{std::move(shared), mode};
}

ssize_t WriteWithoutWaiting(int fd, LogWriteMode mode, std::string_view line) {
  const auto write = [&] {
    return net::RetryOnEintr([&] { return ::write(fd, line.data(), line.size()); });
  };
  switch (mode) {
    case LogWriteMode::kPlain:
      return write();
    case LogWriteMode::kSocket:
      return net::RetryOnEintr(
          [&] { return ::send(fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
    case LogWriteMode::kPolled: {
      pollfd entry = {.fd = fd, .events = POLLOUT, .revents = 0};
      if (net::RetryOnEintr([&] { return ::poll(&entry, 1, 0); }) <= 0) {
        errno = EAGAIN;
        return -1;
      }
      return net::WithoutSigpipe(write);
    }
    case LogWriteMode::kPipe:
      return net::WithoutSigpipe(write);
  }
  return -1;
}

}  // namespace forklift::http::log
