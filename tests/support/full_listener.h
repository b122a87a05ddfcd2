// FullListener is a listener whose backlog is full: it answers nobody any more.
//
// Owns its sockets. Does not block.
#ifndef FORKLIFT_TESTS_SUPPORT_FULL_LISTENER_H_
#define FORKLIFT_TESTS_SUPPORT_FULL_LISTENER_H_

#include <sys/socket.h>

#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

namespace forklift::tests {

class FullListener {
 public:
  // Dies where `address` cannot be listened on.
  explicit FullListener(const net::Address& address) : listener_(Listen(address)) {
    const net::Address& to = listener_.local_address();
    for (int i = 0; i < 8; ++i) {
      net::UniqueFd client(::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      static_cast<void>(::connect(client.get(), to.native(), to.native_size()));
      clients_.push_back(std::move(client));
    }
  }

  const net::Address& address() const { return listener_.local_address(); }
  net::Listener& listener() { return listener_; }

 private:
  static net::Listener Listen(const net::Address& address) {
    absl::StatusOr<net::Listener> listener = net::Listener::Bind(address, {.backlog = 1});
    CHECK_OK(listener);
    return *std::move(listener);
  }

  net::Listener listener_;
  std::vector<net::UniqueFd> clients_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_FULL_LISTENER_H_
