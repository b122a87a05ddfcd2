// Tree is a folder of the test's own, to put files into.
#ifndef FORKLIFT_TESTS_HTTP_FILES_TREE_H_
#define FORKLIFT_TESTS_HTTP_FILES_TREE_H_

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/unique_fd.h"

namespace forklift::tests {

// Names are relative to it; the folders that a new name needs are made.
class Tree {
 public:
  Tree() {
    const char* parent = ::getenv("TEST_TMPDIR");  // a benchmark has none
    std::string pattern = absl::StrCat(parent == nullptr ? "/tmp" : parent, "/tree.XXXXXX");
    PCHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    PCHECK(::chmod(path_.c_str(), 0755) == 0);
  }
  ~Tree() { std::filesystem::remove_all(path_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  std::string Path(std::string_view name = "") const { return absl::StrCat(path_, "/", name); }

  void Write(std::string_view name, std::string_view content) const {
    std::ofstream file(Room(name), std::ios::binary);
    file << content;
    CHECK(file.flush().good()) << name;
  }
  void Rename(std::string_view from, std::string_view to) const {
    std::filesystem::rename(Path(from), Path(to));
  }
  void MakeFolder(std::string_view name) const { std::filesystem::create_directories(Path(name)); }
  void Link(std::string_view name, std::string_view target) const {
    std::filesystem::create_symlink(target, Room(name));
  }
  void MakeFifo(std::string_view name) const { PCHECK(::mkfifo(Room(name).c_str(), 0666) == 0); }
  void MakeSocket(std::string_view name) const {
    const net::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // By way of the folder, whose path may be longer than a socket's address.
    const net::UniqueFd folder(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const std::string path = absl::StrCat("/proc/self/fd/", folder.get(), "/", name);
    sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK_LT(path.size(), sizeof(address.sun_path));
    path.copy(address.sun_path, path.size());
    PCHECK(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  void SetModified(std::string_view name, absl::Time time) const {
    const timespec both[] = {absl::ToTimespec(time), absl::ToTimespec(time)};
    PCHECK(::utimensat(AT_FDCWD, Path(name).c_str(), both, 0) == 0);
  }
  void SetMode(std::string_view name, mode_t mode) const {
    PCHECK(::chmod(Path(name).c_str(), mode) == 0);
  }

 private:
  std::string Room(std::string_view name) const {
    const std::filesystem::path path = Path(name);
    std::filesystem::create_directories(path.parent_path());
    return path;
  }

  std::string path_;
};

// All of an open file, from its beginning.
inline std::string ContentOf(int file) {
  std::string content;
  char piece[4096];
  while (true) {
    const ssize_t count = ::pread(file, piece, sizeof(piece), static_cast<off_t>(content.size()));
    PCHECK(count >= 0);
    if (count == 0) return content;
    content.append(piece, static_cast<size_t>(count));
  }
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_FILES_TREE_H_
