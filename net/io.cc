#include "forklift/net/io.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/sigpipe.h"
#include "forklift/net/wait_ready.h"

namespace forklift::net {
namespace {

// What came of a system call that returned `count` and left `error_number`.
IoResult ResultOf(ssize_t count, int error_number, std::string_view call, int socket) {
  if (count >= 0) return {IoOutcome::kOk, static_cast<size_t>(count), absl::OkStatus()};
  switch (error_number) {
    case EAGAIN:
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
#endif
      return {IoOutcome::kNotReady, 0, absl::OkStatus()};
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return {IoOutcome::kPeerGone, 0, absl::OkStatus()};
    default:
      return {IoOutcome::kFailed, 0, PosixError(error_number, absl::StrCat(call, " ", socket))};
  }
}

// Repeats `attempt` whenever `socket` becomes ready, until `bytes` have moved, or until it ends
// otherwise. `attempt` is told how many have moved so far.
IoResult Repeat(int socket, short events, size_t bytes, Deadline deadline,
                absl::FunctionRef<IoResult(size_t)> attempt) {
  size_t moved = 0;
  while (moved < bytes) {
    IoResult result = attempt(moved);
    moved += result.bytes;
    if (result.outcome == IoOutcome::kNotReady) {
      const absl::StatusOr<bool> ready = WaitReady(socket, events, deadline);
      if (!ready.ok()) return {IoOutcome::kFailed, moved, ready.status()};
      if (!*ready) return {IoOutcome::kTimedOut, moved, absl::OkStatus()};
    } else if (result.outcome != IoOutcome::kOk) {
      result.bytes = moved;
      return result;
    }
  }
  return {IoOutcome::kOk, moved, absl::OkStatus()};
}

// iovecs of what is left of `parts` after `skip` bytes; how many.
size_t Gather(absl::Span<const std::string_view> parts, size_t skip, iovec* vectors) {
  CHECK(parts.size() <= kMaxParts)
      << "TrySend: " << parts.size() << " parts, at most " << kMaxParts;
  size_t count = 0;
  for (std::string_view part : parts) {
    if (skip >= part.size()) {
      skip -= part.size();
      continue;
    }
    part.remove_prefix(skip);
    skip = 0;
    vectors[count++] = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
  }
  return count;
}

IoResult SendFrom(int socket, absl::Span<const std::string_view> parts, size_t skip,
                  MoreToCome more) {
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more == MoreToCome::kYes ? int{MSG_MORE} : 0);
  if (parts.size() == 1) {  // the kernel then has no vector to copy in
    const std::string_view part = parts[0].substr(skip);
    const ssize_t count =
        RetryOnEintr([&] { return ::send(socket, part.data(), part.size(), flags); });
    return ResultOf(count, errno, "send", socket);
  }
  iovec vectors[kMaxParts];
  msghdr message = {};
  message.msg_iov = vectors;
  message.msg_iovlen = Gather(parts, skip, vectors);
  const ssize_t count = RetryOnEintr([&] { return ::sendmsg(socket, &message, flags); });
  return ResultOf(count, errno, "sendmsg", socket);
}

}  // namespace

IoResult TryReceive(int socket, absl::Span<char> buffer) {
  CHECK(!buffer.empty()) << "TryReceive: an empty buffer cannot tell the end from nothing";
  const ssize_t count =
      RetryOnEintr([&] { return ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT); });
  if (count == 0) return {IoOutcome::kEnd, 0, absl::OkStatus()};
  return ResultOf(count, errno, "recv", socket);
}

IoResult TrySend(int socket, absl::Span<const std::string_view> parts, MoreToCome more) {
  return SendFrom(socket, parts, 0, more);
}

IoResult TrySendFile(int socket, int file, off_t offset, size_t count) {
  const ssize_t sent = RetryOnEintr(
      [&] { return WithoutSigpipe([&] { return ::sendfile(socket, file, &offset, count); }); });
  const int error_number = errno;
  if (sent == 0 && count > 0) return {IoOutcome::kEnd, 0, absl::OkStatus()};
  return ResultOf(sent, error_number, "sendfile to", socket);
}

IoResult Receive(int socket, absl::Span<char> buffer, Deadline deadline) {
  return Repeat(socket, POLLIN, 1, deadline, [&](size_t) { return TryReceive(socket, buffer); });
}

IoResult SendAll(int socket, absl::Span<const std::string_view> parts, Deadline deadline) {
  size_t bytes = 0;
  for (std::string_view part : parts) bytes += part.size();
  return Repeat(socket, POLLOUT, bytes, deadline,
                [&](size_t sent) { return SendFrom(socket, parts, sent, MoreToCome::kNo); });
}

IoResult SendFileAll(int socket, int file, off_t offset, size_t count, Deadline deadline) {
  return Repeat(socket, POLLOUT, count, deadline, [&](size_t sent) {
    return TrySendFile(socket, file, offset + static_cast<off_t>(sent), count - sent);
  });
}

}  // namespace forklift::net
