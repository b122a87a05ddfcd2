#include "forklift/net/inherited_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "forklift/net/address.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

constexpr int kFirstListenFd = 3;  // SD_LISTEN_FDS_START
constexpr int kMostListenFds = 4096;
constexpr size_t kLongestName = 255;  // systemd's limit

// Only digits: SimpleAtoi alone would take "+3" and " 3".
std::optional<int> ParseNumber(std::string_view text) {
  int number;
  if (text.empty() || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit))
    return std::nullopt;
  if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

absl::Status Nonsense(std::string_view what, std::string_view value, std::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " '", absl::CHexEscape(value), "': ", reason));
}

// What is known of a descriptor before it is taken.
struct Checked {
  InheritedKind kind;
  Address address;
};

absl::StatusOr<Checked> CheckOpenSocket(int fd) {
  int type = 0;
  socklen_t size = sizeof(type);
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
    return PosixError(errno, "getsockopt");
  if (type != SOCK_STREAM && type != SOCK_SEQPACKET)
    return absl::FailedPreconditionError("neither a stream nor a seqpacket socket");
  const absl::StatusOr<bool> listening = IsListening(fd);
  if (!listening.ok()) return listening.status();
  const absl::StatusOr<Address> local = Address::Local(fd);
  if (!local.ok()) return local.status();
  if (*listening) return Checked{InheritedKind::kListening, *local};
  const absl::StatusOr<Address> peer = Address::Peer(fd);
  if (!peer.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("it does not listen, nor is it connected: ", peer.status().message()));
  }
  return Checked{InheritedKind::kConnected, *local};
}

// Looks, and changes nothing. `source` opens the message of an error.
absl::StatusOr<Checked> Check(int fd, std::string_view source) {
  const std::string what = absl::StrCat(source, ": descriptor ", fd);
  const int flags = ::fcntl(fd, F_GETFD);
  if (flags < 0) return absl::FailedPreconditionError(PosixError(errno, what).message());
  if ((flags & FD_CLOEXEC) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        what, ": not inherited: it is closed on exec, so this process has opened it itself"));
  }
  absl::StatusOr<Checked> checked = CheckOpenSocket(fd);
  if (!checked.ok())
    return absl::FailedPreconditionError(absl::StrCat(what, ": ", checked.status().message()));
  return checked;
}

InheritedSocket Take(int fd, const Checked& checked, std::string_view name) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);  // cannot fail: the descriptor is open
  return {UniqueFd(fd), checked.kind, checked.address, std::string(name)};
}

absl::StatusOr<std::vector<std::string>> ListenFdNames(size_t count) {
  const char* text = ::getenv("LISTEN_FDNAMES");
  if (text == nullptr) return std::vector<std::string>(count, "unknown");
  std::vector<std::string> names;
  if (count > 0 || *text != '\0') names = absl::StrSplit(text, ':');
  if (names.size() != count) {
    return Nonsense("LISTEN_FDNAMES", text,
                    absl::StrCat(names.size(), " names for ", count, " descriptors"));
  }
  for (const std::string& name : names) {
    if (name.size() > kLongestName || !std::all_of(name.begin(), name.end(), absl::ascii_isprint))
      return Nonsense("LISTEN_FDNAMES", text, "a name is too long or not printable");
  }
  return names;
}

bool IsSameFile(int a, int b) {
  struct stat first, second;
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace

absl::StatusOr<std::vector<InheritedSocket>> TakeListenFds() {
  std::vector<InheritedSocket> sockets;
  const char* pid_text = ::getenv("LISTEN_PID");
  const char* count_text = ::getenv("LISTEN_FDS");
  if (pid_text == nullptr || count_text == nullptr) return sockets;
  const std::optional<int> pid = ParseNumber(pid_text);
  if (!pid) return Nonsense("LISTEN_PID", pid_text, "not a process id");
  if (*pid != ::getpid()) return sockets;

  const std::optional<int> count = ParseNumber(count_text);
  if (!count || *count > kMostListenFds) {
    return Nonsense("LISTEN_FDS", count_text,
                    absl::StrCat("not a number of descriptors from 0 to ", kMostListenFds));
  }
  const absl::StatusOr<std::vector<std::string>> names = ListenFdNames(static_cast<size_t>(*count));
  if (!names.ok()) return names.status();
  std::vector<Checked> checked;
  for (int i = 0; i < *count; ++i) {
    const absl::StatusOr<Checked> socket =
        Check(kFirstListenFd + i, absl::StrCat("LISTEN_FDS ", *count));
    if (!socket.ok()) return socket.status();
    checked.push_back(*socket);
  }

  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  for (size_t i = 0; i < checked.size(); ++i)
    sockets.push_back(Take(kFirstListenFd + static_cast<int>(i), checked[i], (*names)[i]));
  return sockets;
}

absl::StatusOr<InheritedSocket> TakeInetdSocket() {
  const absl::StatusOr<Checked> checked = Check(STDIN_FILENO, "inetd");
  if (!checked.ok()) return checked.status();
  UniqueFd socket(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!socket.valid()) return PosixError(errno, "fcntl F_DUPFD_CLOEXEC 0");
  UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.valid()) return PosixError(errno, "open /dev/null");
  // It may have got the number of a standard descriptor that is closed.
  nothing = UniqueFd(::fcntl(nothing.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!nothing.valid()) return PosixError(errno, "fcntl F_DUPFD_CLOEXEC of /dev/null");
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 && !IsSameFile(fd, socket.get())) continue;
    PCHECK(RetryOnEintr([&] { return ::dup2(nothing.get(), fd); }) == fd) << "dup2 to " << fd;
  }
  return InheritedSocket{std::move(socket), checked->kind, checked->address, "inetd"};
}

absl::StatusOr<InheritedSocket> TakeNumberedSocket(std::string_view text) {
  std::string_view number_text = text;
  const std::optional<int> number =
      absl::ConsumePrefix(&number_text, "fd:") ? ParseNumber(number_text) : std::nullopt;
  if (!number || *number <= STDERR_FILENO)
    return Nonsense("inherited socket", text, "write fd:N, with a number N above 2");
  const absl::StatusOr<Checked> checked = Check(*number, "inherited socket");
  if (!checked.ok()) return checked.status();
  return Take(*number, *checked, text);
}

}  // namespace forklift::net
