#include "forklift/net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/unix_socket_path.h"

namespace forklift::net {
namespace {

int ClampBacklog(int wanted) {
  int limit = SOMAXCONN;  // stays as it is where there is no such file
  const UniqueFd file(::open("/proc/sys/net/core/somaxconn", O_RDONLY | O_CLOEXEC));
  char text[16];
  const ssize_t size = ::read(file.get(), text, sizeof(text));
  if (size > 0) {
    static_cast<void>(absl::SimpleAtoi(std::string_view(text, static_cast<size_t>(size)), &limit));
  }
  if (wanted > limit) {
    LOG(WARNING) << "listen: a backlog of " << wanted << " is above the system's limit; using "
                 << limit << " (net.core.somaxconn)";
  }
  return std::clamp(wanted, 1, std::max(limit, 1));
}

// What a person can do about a failed bind or listen.
std::string_view Advice(int error_number, const Address& address) {
  const bool unix_socket = address.family() == AF_UNIX;
  switch (error_number) {
    case EADDRINUSE:
      if (unix_socket && address.UnixPath().empty()) return "; another process has the name";
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
      return address.family() == AF_INET6
                 ? "; a link-local address needs its interface, as [fe80::1%eth0]:80"
                 : "";
    default:
      return "";
  }
}

absl::Status CannotListen(int error_number, std::string_view call, const Address& address) {
  const absl::Status error = PosixError(error_number, absl::StrCat(call, " ", address));
  return absl::Status(error.code(), absl::StrCat(error.message(), Advice(error_number, address)));
}

// Everything that must be set before bind and listen.
absl::Status SetOptions(int socket, int family, const ListenerOptions& options) {
  if (family == AF_UNIX) {
    // The file is born with these permissions, less the umask: nobody connects in between.
    if (options.unix_mode && ::fchmod(socket, *options.unix_mode) != 0)
      return PosixError(errno, "fchmod of the Unix socket");
    return absl::OkStatus();
  }
  if (family == AF_INET6) {
    if (absl::Status set = SetIpv6Only(socket, options.ipv6_only); !set.ok()) return set;
  }
  if (options.reuse_address) {
    if (absl::Status set = SetReuseAddress(socket, true); !set.ok()) return set;
  }
  if (options.reuse_port) {
    if (absl::Status set = SetReusePort(socket, true); !set.ok()) return set;
  }
  if (options.defer_accept > absl::ZeroDuration()) {
    if (absl::Status set = SetDeferAccept(socket, options.defer_accept); !set.ok()) return set;
  }
  return SetNoDelay(socket, true);
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
  const absl::Status set = SetOptions(socket.get(), address.family(), options);
  if (!set.ok()) return set;
  if (::bind(socket.get(), address.native(), address.native_size()) != 0) {
    return CannotListen(errno, "bind", address);
  }
  std::optional<UnixSocketPath> unix_path;
  if (const std::string path(address.UnixPath()); !path.empty()) {
    absl::StatusOr<UnixSocketPath> taken = UnixSocketPath::Take(path);
    if (!taken.ok()) return taken.status();
    unix_path.emplace(*std::move(taken));
    // What the umask took away; until listen, nobody can connect.
    if (options.unix_mode &&
        ::fchmodat(AT_FDCWD, path.c_str(), *options.unix_mode, AT_SYMLINK_NOFOLLOW) != 0) {
      return CannotListen(errno, "fchmodat", address);
    }
  }
  // Two sockets may bind one port with SO_REUSEADDR; the second to listen is told here.
  if (::listen(socket.get(), ClampBacklog(options.backlog)) != 0) {
    return CannotListen(errno, "listen", address);
  }
  const absl::StatusOr<Address> local = Address::Local(socket.get());
  if (!local.ok()) return local.status();
  return Listener(std::move(socket), *local, /*in_charge=*/true, std::move(unix_path));
}

absl::StatusOr<Listener> Listener::Adopt(UniqueFd socket) {
  const absl::StatusOr<bool> listening = IsListening(socket.get());
  if (!listening.ok()) return absl::InvalidArgumentError(listening.status().message());
  if (!*listening) {
    return absl::InvalidArgumentError(
        absl::StrCat("descriptor ", socket.get(), ": a socket that does not listen"));
  }
  if (::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0)
    return PosixError(errno, absl::StrCat("fcntl F_SETFD ", socket.get()));
  const absl::Status set = SetBlockingMode(socket.get(), BlockingMode::kNonBlocking);
  if (!set.ok()) return set;
  const absl::StatusOr<Address> local = Address::Local(socket.get());
  if (!local.ok()) return local.status();
  if (local->family() != AF_UNIX) {
    if (absl::Status no_delay = SetNoDelay(socket.get(), true); !no_delay.ok()) return no_delay;
  }
  return Listener(std::move(socket), *local, /*in_charge=*/false, std::nullopt);
}

absl::Status Listener::IgnoreNewClients() {
  if (!in_charge_ || local_address_.family() == AF_UNIX) return absl::OkStatus();
  return net::IgnoreNewClients(socket_.get());
}

void Listener::Close() {
  // While the socket is open, no other file can have its inode's number.
  unix_path_.reset();
  socket_.reset();
}

void Listener::GiveUpCharge() {
  if (unix_path_) unix_path_->Keep();
  unix_path_.reset();
  in_charge_ = false;
}

absl::Status Listener::TakeCharge() {
  if (const std::string path(local_address_.UnixPath()); !path.empty()) {
    absl::StatusOr<UnixSocketPath> taken = UnixSocketPath::Take(path);
    if (!taken.ok()) return taken.status();
    unix_path_.emplace(*std::move(taken));
  }
  in_charge_ = true;
  return absl::OkStatus();
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
