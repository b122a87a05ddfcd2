#include "forklift/net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

int ClampBacklog(int wanted) {
  int limit = SOMAXCONN;
  std::ifstream("/proc/sys/net/core/somaxconn") >>
      limit;  // stays as it is where there is no such file
  if (wanted > limit) {
    LOG(WARNING) << "listen: a backlog of " << wanted << " is above the system's limit; using "
                 << limit << " (net.core.somaxconn)";
  }
  return std::clamp(wanted, 1, std::max(limit, 1));
}

// What a person can do about a failed bind or listen.
std::string_view Advice(int error_number, int family) {
  const bool unix_socket = family == AF_UNIX;
  switch (error_number) {
    case EADDRINUSE:
      return unix_socket
                 ? "; the path exists: remove it if no server uses it"
                 : "; another process has it: stop that one (`ss -ltnp` names it) or choose "
                   "another port";
    case EACCES:
      return unix_socket
                 ? "; the folder does not let this user create the socket"
                 : "; ports below 1024 need root or CAP_NET_BIND_SERVICE: choose another port";
    case EADDRNOTAVAIL:
      return "; no interface of this machine has that address";
    case EINVAL:
      return family == AF_INET6 ? "; a link-local address needs its interface, as [fe80::1%eth0]:80"
                                : "";
    default:
      return "";
  }
}

absl::Status CannotListen(int error_number, std::string_view call, const Address& address) {
  const absl::Status error = PosixError(error_number, absl::StrCat(call, " ", address));
  return absl::Status(error.code(),
                      absl::StrCat(error.message(), Advice(error_number, address.family())));
}

absl::Status SetOption(int fd, int level, int option, std::string_view name) {
  const int on = 1;
  if (::setsockopt(fd, level, option, &on, sizeof(on)) == 0) return absl::OkStatus();
  return PosixError(errno, absl::StrCat("setsockopt ", name));
}

AcceptOutcome OutcomeOf(int error_number) {
  switch (error_number) {
    case EAGAIN:
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
#endif
      return AcceptOutcome::kNotReady;
    case EMFILE:
    case ENFILE:
      return AcceptOutcome::kOutOfDescriptors;
    case ENOBUFS:
    case ENOMEM:
      return AcceptOutcome::kOutOfMemory;
    // Only these say that the socket itself cannot accept.
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
      return AcceptOutcome::kFailed;
    // The rest is about one connection: ECONNABORTED, EPERM and EACCES of a firewall or a security
    // module, and network errors that Linux passes on (accept(2), "Error handling").
    default:
      return AcceptOutcome::kAborted;
  }
}

}  // namespace

absl::StatusOr<Listener> Listener::Bind(const Address& address, const ListenerOptions& options) {
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return PosixError(errno, absl::StrCat("socket for ", address));
  if (address.family() != AF_UNIX) {
    if (options.reuse_address) {
      const absl::Status set = SetOption(socket.get(), SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR");
      if (!set.ok()) return set;
    }
    const absl::Status set = SetOption(socket.get(), IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
    if (!set.ok()) return set;
  }
  if (::bind(socket.get(), address.native(), address.native_size()) != 0) {
    return CannotListen(errno, "bind", address);
  }
  // Two sockets may bind one port with SO_REUSEADDR; the second to listen is told here.
  if (::listen(socket.get(), ClampBacklog(options.backlog)) != 0) {
    return CannotListen(errno, "listen", address);
  }
  const absl::StatusOr<Address> local = Address::Local(socket.get());
  if (!local.ok()) return local.status();
  return Listener(std::move(socket), *local);
}

AcceptResult Listener::TryAccept() {
  sockaddr_storage storage;
  socklen_t size;
  auto* native = reinterpret_cast<sockaddr*>(&storage);
  UniqueFd connection(RetryOnEintr([&] {
    size = sizeof(storage);
    return ::accept4(socket_.get(), native, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  }));
  if (!connection.valid()) {
    const int error_number = errno;
    const AcceptOutcome outcome = OutcomeOf(error_number);
    return {outcome, UniqueFd(), std::nullopt,
            outcome == AcceptOutcome::kNotReady
                ? absl::OkStatus()
                : PosixError(error_number, absl::StrCat("accept4 on ", local_address_))};
  }
  const absl::StatusOr<Address> peer = Address::FromNative(native, size);
  return {AcceptOutcome::kAccepted, std::move(connection),
          peer.ok() ? std::optional(*peer) : std::nullopt, absl::OkStatus()};
}

}  // namespace forklift::net
