// UnixSocketPath is the file of a bound Unix socket, removed when its listener goes.
//
// bind(2) makes the file, and nothing removes it: the next start would find the path taken. This
// removes it, but only what this process has made: not a file that took its place since, not in a
// child that inherited the listener, and not once it was given up (Keep). Owns the file's name.
// Blocks as unlink(2) does. One object, one thread; not for signal handlers.
#ifndef FORKLIFT_NET_UNIX_SOCKET_PATH_H_
#define FORKLIFT_NET_UNIX_SOCKET_PATH_H_

#include <sys/types.h>

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace forklift::net {

class UnixSocketPath {
 public:
  // Takes charge of `path`, to which this process has just bound a socket. Fails where it is no
  // socket (any more).
  static absl::StatusOr<UnixSocketPath> Take(std::string path);

  UnixSocketPath(UnixSocketPath&& other) noexcept
      : path_(std::exchange(other.path_, {})),
        device_(other.device_),
        inode_(other.inode_),
        owner_pid_(other.owner_pid_) {}
  UnixSocketPath& operator=(UnixSocketPath&&) = delete;
  ~UnixSocketPath() { Remove(); }

  // Leaves the file where it is, for good: another process has the listening socket now.
  void Keep() { path_.clear(); }

  // Removes the file, where it is still the one that was made, and this the process that made it.
  void Remove();

 private:
  UnixSocketPath(std::string path, dev_t device, ino_t inode, pid_t owner_pid)
      : path_(std::move(path)), device_(device), inode_(inode), owner_pid_(owner_pid) {}

  std::string path_;  // empty once removed, given up or moved from
  dev_t device_;
  ino_t inode_;
  pid_t owner_pid_;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_UNIX_SOCKET_PATH_H_
