// UniqueFd owns one file descriptor and closes it exactly once.
//
// A UniqueFd by value hands the descriptor over; an `int fd` argument borrows it. Never blocks
// beyond close(2) itself. After fork both processes own their copy: each closes its own, which is
// how a concurrent server gives a connection to a child (the peer sees the end when the last copy
// is closed). Not for signal handlers. Different objects are independent; one object is not
// thread-safe.
//
//   UniqueFd connection(::accept4(...));
//   if (!connection.valid()) ...
//   Serve(std::move(connection));  // Serve's copy closes it
#ifndef FORKLIFT_NET_UNIQUE_FD_H_
#define FORKLIFT_NET_UNIQUE_FD_H_

#include <utility>

#include "absl/status/statusor.h"

namespace forklift::net {

class UniqueFd {
 public:
  // Owns nothing.
  UniqueFd() = default;
  // Owns `fd`, or nothing where `fd` is negative, as it is after a failed system call.
  explicit UniqueFd(int fd) : fd_(fd < 0 ? -1 : fd) {}

  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { reset(); }

  bool valid() const { return fd_ >= 0; }

  // Lends the descriptor; -1 where nothing is owned.
  int get() const { return fd_; }

  // Gives the descriptor up without closing it: the caller owns it now.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  // Closes the descriptor, if any. Leaves errno alone. An interrupted close is not repeated (see
  // eintr.h). Dies if the descriptor was not open: then two owners closed it, and a third was hit
  // by mistake.
  void reset();

  // A second descriptor for the same open file, CLOEXEC (fcntl F_DUPFD_CLOEXEC). Fails like dup(2):
  // the process or the system has no descriptor left.
  absl::StatusOr<UniqueFd> Duplicate() const;

 private:
  int fd_ = -1;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_UNIQUE_FD_H_
