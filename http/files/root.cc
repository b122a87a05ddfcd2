#include "forklift/http/files/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/files/open_beneath.h"
#include "forklift/http/files/opened_path.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::files {
namespace {

using Outcome = OpenedFile::Outcome;

Outcome OutcomeOf(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return Outcome::kNotFound;
    case EACCES:
    case EPERM:
    case EXDEV:
    case ENXIO:   // a socket
    case ENODEV:  // a device without its driver
      return Outcome::kForbidden;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:  // somebody holds a lease of the file (fcntl(2) F_SETLEASE)
      return Outcome::kExhausted;
    default:
      return Outcome::kFailed;
  }
}

OpenedFile Unopened(int error_number, const char* call) {
  OpenedFile result;
  result.outcome = OutcomeOf(error_number);
  if (result.outcome == Outcome::kExhausted || result.outcome == Outcome::kFailed) {
    result.error = net::PosixError(error_number, call);
  }
  return result;
}

FileInfo InfoIn(const struct stat& status) {
  return {.size = static_cast<uint64_t>(status.st_size),
          .modified = absl::TimeFromTimespec(status.st_mtim),
          .changed = absl::TimeFromTimespec(status.st_ctim)};
}

}  // namespace

absl::StatusOr<Root> Root::Open(const std::string& folder) {
  net::UniqueFd opened(
      net::RetryOnEintr([&] { return ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }));
  if (!opened.valid()) return net::PosixError(errno, absl::StrCat("open ", folder));
  if (::faccessat(opened.get(), ".", X_OK, AT_EACCESS) != 0) {
    return net::PosixError(errno, absl::StrCat("search ", folder));
  }
  return Root(std::move(opened));
}

OpenedFile Root::OpenFile(const char* path) const {
  OpenedPath opened = OpenBeneath(folder_.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!opened.descriptor.valid()) {
    const int error_number = opened.error_number;
    // A folder that must not be listed may still have files.
    if (error_number == EACCES &&
        OpenBeneath(folder_.get(), path, O_PATH | O_DIRECTORY).descriptor.valid()) {
      return {.outcome = Outcome::kFolder};
    }
    return Unopened(error_number, "open a file");
  }
  struct stat status;
  if (::fstat(opened.descriptor.get(), &status) != 0) return Unopened(errno, "fstat");
  if (S_ISDIR(status.st_mode)) return {.outcome = Outcome::kFolder};
  if (!S_ISREG(status.st_mode)) return {.outcome = Outcome::kForbidden};
  return {.outcome = Outcome::kFile, .file = std::move(opened.descriptor), .info = InfoIn(status)};
}

std::optional<FileInfo> Root::InfoOf(int file) {
  struct stat status;
  if (::fstat(file, &status) != 0) return std::nullopt;
  return InfoIn(status);
}

}  // namespace forklift::http::files
