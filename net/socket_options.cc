#include "forklift/net/socket_options.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/pipe.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {
namespace {

template <typename Value>
absl::Status SetOption(int socket, int level, int option, const Value& value,
                       std::string_view name) {
  if (::setsockopt(socket, level, option, &value, sizeof(value)) == 0) return absl::OkStatus();
  return PosixError(errno, absl::StrCat("setsockopt ", name, " on ", socket));
}

constexpr int kMaxInt = std::numeric_limits<int>::max();

// As whole seconds, rounded up, since 0 would mean something else.
int WholeSeconds(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  return static_cast<int>(std::clamp<int64_t>(seconds, 0, kMaxInt));
}

int BufferSize(size_t bytes) { return static_cast<int>(std::min<size_t>(bytes, kMaxInt)); }

}  // namespace

absl::Status SetReuseAddress(int socket, bool on) {
  return SetOption(socket, SOL_SOCKET, SO_REUSEADDR, int{on}, "SO_REUSEADDR");
}

absl::Status SetReusePort(int socket, bool on) {
  return SetOption(socket, SOL_SOCKET, SO_REUSEPORT, int{on}, "SO_REUSEPORT");
}

absl::Status SetIpv6Only(int socket, bool on) {
  return SetOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, int{on}, "IPV6_V6ONLY");
}

absl::Status SetBindAddressNoPort(int socket, bool on) {
  return SetOption(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, int{on}, "IP_BIND_ADDRESS_NO_PORT");
}

absl::Status SetNoDelay(int socket, bool on) {
  return SetOption(socket, IPPROTO_TCP, TCP_NODELAY, int{on}, "TCP_NODELAY");
}

absl::Status SetDeferAccept(int listener, absl::Duration timeout) {
  return SetOption(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, WholeSeconds(timeout),
                   "TCP_DEFER_ACCEPT");
}

absl::Status IgnoreNewClients(int listener) {
  // What begins a connection has SYN among the flags, in byte 13 of TCP's header; the client's
  // third step does not.
  constexpr uint32_t kFlags = 13;
  std::array<sock_filter, 4> code = {
      sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlags),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
  };
  const sock_fprog filter = {.len = code.size(), .filter = code.data()};
  return SetOption(listener, SOL_SOCKET, SO_ATTACH_FILTER, filter, "SO_ATTACH_FILTER");
}

absl::Status SetKeepAlive(int socket, const std::optional<KeepAlive>& keep_alive) {
  if (keep_alive) {
    // The times first: switched on, the kernel's own of two hours would hold for a moment.
    absl::Status set = SetOption(socket, IPPROTO_TCP, TCP_KEEPIDLE, WholeSeconds(keep_alive->idle),
                                 "TCP_KEEPIDLE");
    if (set.ok()) {
      set = SetOption(socket, IPPROTO_TCP, TCP_KEEPINTVL, WholeSeconds(keep_alive->interval),
                      "TCP_KEEPINTVL");
    }
    if (set.ok())
      set = SetOption(socket, IPPROTO_TCP, TCP_KEEPCNT, keep_alive->probes, "TCP_KEEPCNT");
    if (!set.ok()) return set;
  }
  return SetOption(socket, SOL_SOCKET, SO_KEEPALIVE, int{keep_alive.has_value()}, "SO_KEEPALIVE");
}

absl::Status SetLinger(int socket, std::optional<absl::Duration> timeout) {
  const linger value = {.l_onoff = timeout.has_value(),
                        .l_linger = timeout ? WholeSeconds(*timeout) : 0};
  return SetOption(socket, SOL_SOCKET, SO_LINGER, value, "SO_LINGER");
}

absl::Status SetSendBuffer(int socket, size_t bytes) {
  return SetOption(socket, SOL_SOCKET, SO_SNDBUF, BufferSize(bytes), "SO_SNDBUF");
}

absl::Status SetReceiveBuffer(int socket, size_t bytes) {
  return SetOption(socket, SOL_SOCKET, SO_RCVBUF, BufferSize(bytes), "SO_RCVBUF");
}

absl::Status SetBlockingMode(int fd, BlockingMode mode) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return PosixError(errno, absl::StrCat("fcntl F_GETFL ", fd));
  const int wanted = mode == BlockingMode::kNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted == flags || ::fcntl(fd, F_SETFL, wanted) == 0) return absl::OkStatus();
  return PosixError(errno, absl::StrCat("fcntl F_SETFL ", fd));
}

absl::StatusOr<bool> IsListening(int socket) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0)
    return PosixError(errno, absl::StrCat("getsockopt SO_ACCEPTCONN on ", socket));
  return listening != 0;
}

int TakeSocketError(int socket) {
  int error_number = 0;
  socklen_t size = sizeof(error_number);
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) return errno;
  return error_number;
}

}  // namespace forklift::net
