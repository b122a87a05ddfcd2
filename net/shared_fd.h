// SharedFd owns a file descriptor alone, or together with others: it is closed when the last of
// them goes.
//
// For a descriptor that several read from at places of their own, with pread(2) and sendfile(2).
// As UniqueFd (net/unique_fd.h) as long as it is alone, without an allocation. The others may be
// in other threads; one object is not thread-safe.
//
//   SharedFd file(UniqueFd(::open(...)));
//   Send(file.Share());  // which may go on when `file` is gone
#ifndef FORKLIFT_NET_SHARED_FD_H_
#define FORKLIFT_NET_SHARED_FD_H_

#include <memory>
#include <utility>

#include "forklift/net/unique_fd.h"

namespace forklift::net {

class SharedFd {
 public:
  // Owns nothing.
  SharedFd() = default;
  // Implicit: whoever takes one takes a descriptor that nobody shares as well.
  SharedFd(UniqueFd alone) : alone_(std::move(alone)) {}  // NOLINT(google-explicit-constructor)

  SharedFd(SharedFd&&) noexcept = default;
  SharedFd& operator=(SharedFd&&) noexcept = default;

  bool valid() const { return get() >= 0; }

  // Lends the descriptor; -1 where nothing is owned.
  int get() const { return shared_ == nullptr ? alone_.get() : shared_->get(); }

  // One more owner. Only the first call allocates.
  SharedFd Share() {
    if (shared_ == nullptr) shared_ = std::make_shared<const UniqueFd>(std::move(alone_));
    SharedFd other;
    other.shared_ = shared_;
    return other;
  }

 private:
  UniqueFd alone_;
  std::shared_ptr<const UniqueFd> shared_;  // in the place of `alone_`
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_SHARED_FD_H_
