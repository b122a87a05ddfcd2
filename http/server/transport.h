// Transport is what an exchange moves its bytes over: a socket, or memory in a test.
//
// Nothing here waits but Wait: net::IoOutcome::kNotReady says that the other side must do something
// first.
#ifndef FORKLIFT_HTTP_SERVER_TRANSPORT_H_
#define FORKLIFT_HTTP_SERVER_TRANSPORT_H_

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

#include <string_view>

#include "absl/types/span.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/wait_ready.h"

namespace forklift::http::server {

class Transport {
 public:
  virtual ~Transport() = default;

  // As net::TryReceive, net::TrySend and net::TrySendFile.
  virtual net::IoResult Receive(absl::Span<char> buffer) = 0;
  virtual net::IoResult Send(absl::Span<const std::string_view> parts, net::MoreToCome more) = 0;
  virtual net::IoResult SendFile(int file, off_t offset, size_t count) = 0;

  // The server's end; of port 0 where it cannot be told.
  virtual net::Address LocalAddress() = 0;

  // Blocks until Receive, or Send, may move something, or tells of an end; false where `deadline`
  // comes first. Only for handlers that wait for their client: Conversation.
  enum class For { kReceive, kSend };
  virtual bool Wait(For what, net::Deadline deadline) = 0;
};

// Over a connected, non-blocking stream socket, which it borrows.
class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(int socket) : socket_(socket) {}

  net::IoResult Receive(absl::Span<char> buffer) override {
    return net::TryReceive(socket_, buffer);
  }
  net::IoResult Send(absl::Span<const std::string_view> parts, net::MoreToCome more) override {
    return net::TrySend(socket_, parts, more);
  }
  net::IoResult SendFile(int file, off_t offset, size_t count) override {
    return net::TrySendFile(socket_, file, offset, count);
  }
  net::Address LocalAddress() override {
    return net::Address::Local(socket_).value_or(net::Address::Ipv4Loopback(0));
  }
  bool Wait(For what, net::Deadline deadline) override {
    return net::WaitReady(socket_, what == For::kReceive ? POLLIN : POLLOUT, deadline)
        .value_or(false);
  }

 private:
  const int socket_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_TRANSPORT_H_
