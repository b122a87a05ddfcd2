#include "forklift/net/io.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <string_view>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {
namespace {

// Waits until `socket` is ready for `events`, or in error, which the next call on it will tell.
IoOutcome WaitReady(int socket, short events, Deadline deadline, absl::Status& error) {
  while (true) {
    pollfd entry = {.fd = socket, .events = events, .revents = 0};
    // Not RetryOnEintr: the timeout is computed anew each time.
    const int ready = ::poll(&entry, 1, deadline.PollTimeout());
    if (ready > 0) return IoOutcome::kOk;
    if (ready == 0 && deadline.expired()) return IoOutcome::kTimedOut;
    if (ready < 0 && errno != EINTR) {
      error = PosixError(errno, absl::StrCat("poll ", socket));
      return IoOutcome::kFailed;
    }
  }
}

// What a call's errno means, once it is known not to be EINTR. EAGAIN waits for `events`: kOk says
// to try again.
IoOutcome AfterError(int error_number, std::string_view call, int socket, short events,
                     Deadline deadline, absl::Status& error) {
  if (error_number == EAGAIN || error_number == EWOULDBLOCK)
    return WaitReady(socket, events, deadline, error);
  for (int gone : {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH}) {
    if (error_number == gone) return IoOutcome::kPeerGone;
  }
  error = PosixError(error_number, absl::StrCat(call, " ", socket));
  return IoOutcome::kFailed;
}

}  // namespace

IoResult Receive(int socket, absl::Span<char> buffer, Deadline deadline) {
  CHECK(!buffer.empty()) << "Receive: an empty buffer cannot tell the end from nothing";
  IoResult result = {IoOutcome::kOk, 0, absl::OkStatus()};
  while (true) {
    const ssize_t count =
        RetryOnEintr([&] { return ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT); });
    if (count >= 0) {
      result.outcome = count == 0 ? IoOutcome::kEnd : IoOutcome::kOk;
      result.bytes = static_cast<size_t>(count);
      return result;
    }
    result.outcome = AfterError(errno, "recv", socket, POLLIN, deadline, result.error);
    if (result.outcome != IoOutcome::kOk) return result;
  }
}

IoResult SendAll(int socket, absl::Span<const std::string_view> parts, Deadline deadline) {
  CHECK(parts.size() <= kMaxParts)
      << "SendAll: " << parts.size() << " parts, at most " << kMaxParts;
  iovec vectors[kMaxParts];
  size_t left = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    vectors[i] = {.iov_base = const_cast<char*>(parts[i].data()), .iov_len = parts[i].size()};
    left += parts[i].size();
  }
  IoResult result = {IoOutcome::kOk, 0, absl::OkStatus()};
  msghdr message = {};
  message.msg_iov = vectors;
  message.msg_iovlen = parts.size();
  while (left > 0) {
    const ssize_t count =
        RetryOnEintr([&] { return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
    if (count < 0) {
      result.outcome = AfterError(errno, "sendmsg", socket, POLLOUT, deadline, result.error);
      if (result.outcome != IoOutcome::kOk) return result;
      continue;
    }
    size_t sent = static_cast<size_t>(count);
    result.bytes += sent;
    left -= sent;
    // Step over what went out: whole vectors first, then a part of the next.
    while (message.msg_iovlen > 0 && sent >= message.msg_iov->iov_len) {
      sent -= message.msg_iov->iov_len;
      ++message.msg_iov;
      --message.msg_iovlen;
    }
    if (sent > 0) {
      message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + sent;
      message.msg_iov->iov_len -= sent;
    }
  }
  return result;
}

}  // namespace forklift::net
