#include "forklift/proc/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/monotonic_time.h"

namespace forklift::proc {
namespace {

constexpr size_t kMaxStatus = 1024;

std::string Variable(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? "" : value;
}

// sd_watchdog_enabled(3): the watchdog is for WATCHDOG_PID where that is set.
absl::Duration WatchdogTimeout() {
  const std::string pid = Variable("WATCHDOG_PID");
  int64_t number;
  if (!pid.empty() && (!absl::SimpleAtoi(pid, &number) || number != ::getpid())) {
    return absl::InfiniteDuration();
  }
  if (!absl::SimpleAtoi(Variable("WATCHDOG_USEC"), &number) || number <= 0 ||
      number == std::numeric_limits<int64_t>::max()) {
    return absl::InfiniteDuration();
  }
  return absl::Microseconds(number);
}

iovec Bytes(std::string_view text) {
  return {.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
}

}  // namespace

absl::StatusOr<Notifier> Notifier::FromEnvironment(Variables variables) {
  const std::string name = Variable("NOTIFY_SOCKET");
  Notifier notifier;
  notifier.watchdog_timeout_ = WatchdogTimeout();
  if (variables == Variables::kUnset) {
    for (const char* variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
      ::unsetenv(variable);
    }
  }
  if (name.empty()) return notifier;
  if ((name[0] != '/' && name[0] != '@') || name.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "NOTIFY_SOCKET '", name, "' is neither an absolute path nor an abstract name (@...)"));
  }
  // A path keeps its final zero byte within the size; an abstract name ends where the size does.
  if (name.size() >= sizeof(notifier.address_.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("NOTIFY_SOCKET '", name, "' is too long"));
  }
  notifier.address_.sun_family = AF_UNIX;
  ::memcpy(notifier.address_.sun_path, name.data(), name.size());
  if (name[0] == '@') notifier.address_.sun_path[0] = '\0';
  notifier.address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() +
                                                  (name[0] == '@' ? 0 : 1));
  notifier.socket_ = net::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!notifier.socket_.valid()) return net::PosixError(errno, "socket AF_UNIX");
  return notifier;
}

absl::Status Notifier::Send(std::string_view assignment, std::string_view value) const {
  if (!active()) return absl::OkStatus();
  iovec parts[] = {Bytes(assignment), Bytes(value)};
  msghdr message = {};
  message.msg_name = const_cast<sockaddr_un*>(&address_);
  message.msg_namelen = address_size_;
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (net::RetryOnEintr(
          [&] { return ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL); }) < 0) {
    return net::PosixError(errno, absl::StrCat("sendmsg ", assignment, " to NOTIFY_SOCKET"));
  }
  return absl::OkStatus();
}

absl::Status Notifier::Ready() const { return Send("READY=1"); }
absl::Status Notifier::Stopping() const { return Send("STOPPING=1"); }
absl::Status Notifier::Watchdog() const { return Send("WATCHDOG=1"); }

absl::Status Notifier::Reloading() const {
  char text[64];
  const int size = ::snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                              absl::ToInt64Microseconds(MonotonicNow()));
  return Send({text, static_cast<size_t>(size)});
}

absl::Status Notifier::MainPid(pid_t pid) const {
  CHECK_GT(pid, 0) << "Notifier::MainPid: not the pid of one process";
  char text[32];
  const int size = ::snprintf(text, sizeof(text), "MAINPID=%d", pid);
  return Send({text, static_cast<size_t>(size)});
}

absl::Status Notifier::Status(std::string_view text) const {
  if (text.size() > kMaxStatus) {
    return absl::InvalidArgumentError(
        absl::StrCat("a status of ", text.size(), " bytes: the limit is ", kMaxStatus));
  }
  if (text.find_first_of(std::string_view("\n\r\0", 3)) != text.npos) {
    return absl::InvalidArgumentError("a status must be one line of text");
  }
  return Send("STATUS=", text);
}

}  // namespace forklift::proc
