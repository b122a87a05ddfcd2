#include "forklift/net/pending_handshakes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

absl::StatusOr<bool> HasPendingHandshakes(int family, uint16_t port) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket.valid()) return PosixError(errno, "socket for sock_diag");
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } message = {};
  message.header.nlmsg_len = sizeof(message);
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = static_cast<uint8_t>(family);
  message.request.sdiag_protocol = IPPROTO_TCP;
  message.request.idiag_states = 1u << TCP_SYN_RECV;
  message.request.id.idiag_sport = htons(port);
  if (::send(socket.get(), &message, sizeof(message), 0) < 0) {
    return PosixError(errno, "send to sock_diag");
  }
  // The answer is there already. It has a message for each, and one for the end or an error; the
  // first says it all, and what does not fit is dropped.
  struct {
    nlmsghdr header;
    int error_number;  // negative
  } first = {};
  const ssize_t size = ::recv(socket.get(), &first, sizeof(first), MSG_DONTWAIT);
  if (size < 0) return PosixError(errno, "recv from sock_diag");
  if (size < static_cast<ssize_t>(sizeof(first))) {
    return absl::InternalError("sock_diag has answered with less than a message");
  }
  if (first.header.nlmsg_type == SOCK_DIAG_BY_FAMILY) return true;
  if (first.error_number != 0) return PosixError(-first.error_number, "sock_diag");
  return false;
}

}  // namespace

absl::StatusOr<bool> HasPendingHandshakes(const Address& listener) {
  if (listener.family() == AF_UNIX) return false;
  // An IPv6 listener may have IPv4's clients.
  absl::StatusOr<bool> ipv4 = HasPendingHandshakes(AF_INET, listener.port());
  if (!ipv4.ok() || *ipv4 || listener.family() == AF_INET) return ipv4;
  return HasPendingHandshakes(AF_INET6, listener.port());
}

}  // namespace forklift::net
