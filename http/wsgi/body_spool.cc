#include "forklift/http/wsgi/body_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::wsgi {
namespace {

absl::StatusOr<net::UniqueFd> OpenTemporaryFile() {
  const char* folder = ::getenv("TMPDIR");
  if (folder == nullptr || *folder == '\0') folder = "/tmp";
  net::UniqueFd file(net::RetryOnEintr(
      [&] { return ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR); }));
  if (file.valid()) return file;
  if (errno != EOPNOTSUPP && errno != EISDIR) {
    return net::PosixError(errno, absl::StrCat("open of a temporary file in ", folder));
  }
  // A file system that has no files without a name.
  std::string path = absl::StrCat(folder, "/forklift-XXXXXX");
  file = net::UniqueFd(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.valid()) return net::PosixError(errno, absl::StrCat("mkostemp ", path));
  ::unlink(path.c_str());
  return file;
}

}  // namespace

bool BodySpool::Append(std::string_view piece) {
  if (!status_.ok()) return false;
  size_ += piece.size();
  if (!file_.valid()) {
    if (size_ <= memory_limit_) {
      memory_.append(piece);
      return true;
    }
    absl::StatusOr<net::UniqueFd> file = OpenTemporaryFile();
    if (!file.ok()) return Fail(file.status());
    file_ = *std::move(file);
    if (!Write(memory_)) return false;
    memory_ = std::string();
  }
  return Write(piece);
}

bool BodySpool::Fail(absl::Status status) {
  status_ = std::move(status);
  memory_ = std::string();
  return false;
}

bool BodySpool::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        net::RetryOnEintr([&] { return ::write(file_.get(), bytes.data(), bytes.size()); });
    if (written < 0) return Fail(net::PosixError(errno, "write of a request's body to its file"));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

net::UniqueFd BodySpool::TakeFile() {
  ::lseek(file_.get(), 0, SEEK_SET);  // a regular file: it cannot fail
  return std::move(file_);
}

}  // namespace forklift::http::wsgi
