#include "forklift/http/files/walk_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/files/opened_path.h"
#include "forklift/net/eintr.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::files {
namespace {

constexpr int kMostLinks = 40;  // as many as the kernel follows (path_resolution(7))

OpenedPath Failed(int error_number) { return {net::UniqueFd(), error_number}; }

OpenedPath Open(int folder, const char* name, int flags) {
  net::UniqueFd opened(
      net::RetryOnEintr([&] { return ::openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC); }));
  if (!opened.valid()) return Failed(errno);
  return {std::move(opened), 0};
}

// The target of a symbolic link; nothing where `name` is none, or is gone.
std::optional<std::string> ReadLink(int folder, const char* name) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = ::readlinkat(folder, name, target.data(), target.size());
  if (size <= 0) return std::nullopt;
  return std::string(target.data(), static_cast<size_t>(size));
}

}  // namespace

OpenedPath WalkBeneath(int root, const char* path, int flags) {
  std::string left = path;
  if (left.empty()) return Failed(ENOENT);
  if (left.size() >= PATH_MAX) return Failed(ENAMETOOLONG);
  if (left[0] == '/') return Failed(EXDEV);
  std::vector<net::UniqueFd> trail;  // the folders gone into, one in another
  int links = 0;
  for (size_t at = 0;;) {
    at = std::min(left.find_first_not_of('/', at), left.size());
    const std::string name = left.substr(at, left.find('/', at) - at);
    at += name.size();
    const bool last = at == left.size();  // a slash behind the name wants a folder
    if (name == "..") {
      if (trail.empty()) return Failed(EXDEV);
      trail.pop_back();
    }
    const int here = trail.empty() ? root : trail.back().get();
    if (name.empty() || name == "." || name == "..") {
      if (last) return Open(here, ".", flags);
      continue;
    }
    OpenedPath opened = Open(here, name.c_str(), last ? flags : O_PATH | O_DIRECTORY);
    if (opened.descriptor.valid()) {
      if (last) return opened;
      trail.push_back(std::move(opened.descriptor));
      continue;
    }
    // What a symbolic link answers to O_NOFOLLOW and O_DIRECTORY.
    if (opened.error_number != ELOOP && opened.error_number != ENOTDIR) return opened;
    const std::optional<std::string> target = ReadLink(here, name.c_str());
    if (!target) return opened;
    if (++links > kMostLinks) return Failed(ELOOP);
    if (absl::StartsWith(*target, "/")) return Failed(EXDEV);
    left = absl::StrCat(*target, std::string_view(left).substr(at));
    at = 0;
  }
}

}  // namespace forklift::http::files
