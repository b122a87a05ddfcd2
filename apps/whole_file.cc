#include "forklift/apps/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::apps {
namespace {

absl::Status Error(std::string_view path, std::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("'", absl::CHexEscape(path), "' cannot be written: ", what));
}

absl::Status Error(std::string_view path, int error_number, std::string_view call) {
  return Error(path, net::PosixError(error_number, call).message());
}

absl::Status CheckPlace(const std::string& path) {
  if (path.empty() || path.back() == '/') return Error(path, "it names no file");
  struct stat status;
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return Error(path, "it is there, and is no regular file");
  return absl::OkStatus();
}

std::string UnfinishedPath(std::string_view path) {
  return absl::StrCat(path, ".", ::getpid(), ".tmp");
}

// Invalid where errno tells why.
net::UniqueFd Create(const std::string& path) {
  return net::UniqueFd(net::RetryOnEintr(
      [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
}

// 0, or errno.
int Fill(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written =
        net::RetryOnEintr([&] { return ::write(file, text.data(), text.size()); });
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return net::RetryOnEintr([&] { return ::fsync(file); }) == 0 ? 0 : errno;
}

}  // namespace

absl::Status CheckWholeFile(const std::string& path) {
  if (absl::Status place = CheckPlace(path); !place.ok()) return place;
  const std::string unfinished = UnfinishedPath(path);
  if (!Create(unfinished).valid()) return Error(path, errno, absl::StrCat("open ", unfinished));
  ::unlink(unfinished.c_str());
  return absl::OkStatus();
}

absl::Status WriteWholeFile(const std::string& path, std::string_view text) {
  if (absl::Status place = CheckPlace(path); !place.ok()) return place;
  const std::string unfinished = UnfinishedPath(path);
  const net::UniqueFd file = Create(unfinished);
  if (!file.valid()) return Error(path, errno, absl::StrCat("open ", unfinished));
  int error_number = Fill(file.get(), text);
  if (error_number == 0 && ::rename(unfinished.c_str(), path.c_str()) != 0) error_number = errno;
  if (error_number == 0) return absl::OkStatus();
  ::unlink(unfinished.c_str());
  return Error(path, error_number, absl::StrCat("write ", unfinished));
}

}  // namespace forklift::apps
