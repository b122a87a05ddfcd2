#include "forklift/tests/support/test_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/unique_fd.h"

namespace forklift::tests {
namespace {

std::string Receive(const net::UniqueFd& socket, absl::FunctionRef<bool(const std::string&)> is_all,
                    absl::Duration timeout) {
  const net::Deadline deadline = net::Deadline::After(timeout);
  std::string received;
  char buffer[4096];
  while (!is_all(received)) {
    const net::IoResult got = net::Receive(socket.get(), absl::MakeSpan(buffer), deadline);
    switch (got.outcome) {
      case net::IoOutcome::kOk:
        received.append(buffer, got.bytes);
        break;
      case net::IoOutcome::kEnd:
        return received;
      case net::IoOutcome::kPeerGone:
        return absl::StrCat(received, "<reset>");
      case net::IoOutcome::kNotReady:  // only where nobody waits
      case net::IoOutcome::kTimedOut:
        return absl::StrCat(received, "<timeout>");
      case net::IoOutcome::kFailed:
        return absl::StrCat(received, "<", got.error.message(), ">");
    }
  }
  return received;
}

}  // namespace

net::UniqueFd TryConnect(const net::Address& address) {
  net::UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  PCHECK(socket.valid()) << "socket";
  if (::connect(socket.get(), address.native(), address.native_size()) != 0) return {};
  if (address.family() != AF_UNIX) {
    // Each Send is a segment of its own.
    const int on = 1;
    PCHECK(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
  }
  return socket;
}

net::UniqueFd Connect(const net::Address& address) {
  net::UniqueFd socket = TryConnect(address);
  PCHECK(socket.valid()) << "connect " << address;
  return socket;
}

bool AnswersNewClients(const net::Address& address) {
  const net::UniqueFd socket(
      ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  PCHECK(socket.valid()) << "socket";
  if (::connect(socket.get(), address.native(), address.native_size()) == 0) return true;
  sockaddr_storage peer;
  socklen_t size = sizeof(peer);
  return ::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

net::UniqueFd BeginHandshake(const net::Address& address) {
  net::UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  PCHECK(socket.valid()) << "socket";
  // Who wants no quick acknowledgement is taken for about to send, and the step goes with that.
  const int off = 0;
  PCHECK(::setsockopt(socket.get(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off)) == 0);
  PCHECK(::connect(socket.get(), address.native(), address.native_size()) == 0) << address;
  return socket;
}

bool Send(const net::UniqueFd& socket, std::string_view bytes) {
  return net::SendAll(socket.get(), {bytes}, net::Deadline::After(kPatience)).outcome ==
         net::IoOutcome::kOk;
}

void CloseSending(const net::UniqueFd& socket) { ::shutdown(socket.get(), SHUT_WR); }

std::string ReceiveAll(const net::UniqueFd& socket, absl::Duration timeout) {
  return Receive(
      socket, [](const std::string&) { return false; }, timeout);
}

std::string ReceiveUntil(const net::UniqueFd& socket, std::string_view end,
                         absl::Duration timeout) {
  return Receive(
      socket, [&](const std::string& received) { return absl::EndsWith(received, end); }, timeout);
}

bool IsReadable(const net::UniqueFd& socket) {
  pollfd entry = {.fd = socket.get(), .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

std::string Exchange(const net::Address& address, std::string_view request) {
  const net::UniqueFd socket = Connect(address);
  Send(socket, request);
  return ReceiveAll(socket);
}

}  // namespace forklift::tests
