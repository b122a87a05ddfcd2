// MemoryTransport is a transport without a socket, for tests: the client's bytes are given to it,
// and the server's are kept.
//
// Owns both. Never blocks: where a real one would, the client gets a chance to act, once. One
// object, one thread.
#ifndef FORKLIFT_HTTP_SERVER_TESTING_MEMORY_TRANSPORT_H_
#define FORKLIFT_HTTP_SERVER_TESTING_MEMORY_TRANSPORT_H_

#include <stddef.h>
#include <sys/types.h>

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "forklift/http/server/transport.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"

namespace forklift::http::server::testing {

class MemoryTransport final : public Transport {
 public:
  // What the client sends next.
  void AddInput(std::string_view bytes) { input_.append(bytes); }
  // The client sends no more (FIN).
  void EndInput() { ended_ = true; }
  // The client is gone (RST): whatever the server does next fails.
  void Break() { broken_ = true; }

  // At most so many bytes go each time, as over a slow network.
  void LimitReceives(size_t bytes) { receive_limit_ = bytes; }
  // The client takes so many more bytes before it makes the server wait.
  void LimitOutput(size_t bytes) { output_room_ = bytes; }

  // What the client does where the server waits for it; where that is not what it waits for, its
  // time is up.
  void OnWait(std::function<void()> act) { on_wait_ = std::move(act); }

  // What the server has sent since the last call.
  std::string TakeOutput();
  // What the client has sent and the server not received.
  std::string_view input() const { return input_; }

  net::IoResult Receive(absl::Span<char> buffer) override;
  net::IoResult Send(absl::Span<const std::string_view> parts, net::MoreToCome more) override;
  net::IoResult SendFile(int file, off_t offset, size_t count) override;
  net::Address LocalAddress() override { return net::Address::Ipv4Loopback(80); }
  bool Wait(For what, net::Deadline deadline) override;

 private:
  std::string input_;
  std::string output_;
  bool ended_ = false;
  bool broken_ = false;
  std::function<void()> on_wait_ = [] {};
  size_t receive_limit_ = std::numeric_limits<size_t>::max();
  size_t output_room_ = std::numeric_limits<size_t>::max();
};

}  // namespace forklift::http::server::testing

#endif  // FORKLIFT_HTTP_SERVER_TESTING_MEMORY_TRANSPORT_H_
