#include "forklift/net/fd_passing.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/io.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"

namespace forklift::net {
namespace {

constexpr size_t kMaxPerMessage = 253;  // SCM_MAX_FD of Linux

// A batch is these messages, so that a receiver knows what is coming and never reads too far:
//   header, with the first 253 descriptors;  payload, where there is one;  then for each 253
//   descriptors more, a byte to carry them.
// Both ends are on one machine, so numbers go as they lie in memory.
struct Header {
  uint32_t descriptors;
  uint32_t payload_bytes;
};
constexpr std::string_view kCarrier = "+";

constexpr size_t kControlSize = CMSG_SPACE(kMaxPerMessage * sizeof(int));

// What a failed call means; kOk says that the socket is ready for another attempt.
IoOutcome AfterError(int error_number, std::string_view call, int socket, short events,
                     Deadline deadline, absl::Status& error) {
  if (error_number == EAGAIN || error_number == EWOULDBLOCK) {
    const absl::StatusOr<bool> ready = WaitReady(socket, events, deadline);
    if (ready.ok()) return *ready ? IoOutcome::kOk : IoOutcome::kTimedOut;
    error = ready.status();
    return IoOutcome::kFailed;
  }
  if (error_number == ECONNRESET || error_number == EPIPE) return IoOutcome::kPeerGone;
  error = PosixError(error_number, absl::StrCat(call, " ", socket));
  if (error_number == ETOOMANYREFS) {
    error = absl::Status(error.code(), absl::StrCat(error.message(),
                                                    "; too many descriptors are under way: the "
                                                    "receiver must take them, or raise ulimit -n"));
  }
  return IoOutcome::kFailed;
}

// Sends all of `bytes`; the descriptors go with the first of them.
IoResult SendMessage(int socket, std::string_view bytes, absl::Span<const int> descriptors,
                     Deadline deadline) {
  alignas(cmsghdr) char control[kControlSize] = {};
  iovec vector = {};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const size_t size = descriptors.size() * sizeof(int);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    ::memcpy(CMSG_DATA(rights), descriptors.data(), size);
  }
  IoResult result = {IoOutcome::kOk, 0, absl::OkStatus()};
  while (result.bytes < bytes.size()) {
    const std::string_view left = bytes.substr(result.bytes);
    vector = {.iov_base = const_cast<char*>(left.data()), .iov_len = left.size()};
    const ssize_t count =
        RetryOnEintr([&] { return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
    if (count < 0) {
      result.outcome = AfterError(errno, "sendmsg", socket, POLLOUT, deadline, result.error);
      if (result.outcome != IoOutcome::kOk) return result;
      continue;
    }
    result.bytes += static_cast<size_t>(count);
    message.msg_control = nullptr;  // they went with the first byte
    message.msg_controllen = 0;
  }
  return result;
}

// Takes over whatever descriptors a message brought, wanted or not.
void Own(msghdr& message, std::vector<UniqueFd>& owned) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      ::memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof(fd));
      owned.emplace_back(fd);
    }
  }
}

// Fills `bytes`, and takes over the descriptors that come with them, `most` at most.
IoResult ReceiveMessage(int socket, absl::Span<char> bytes, size_t most,
                        std::vector<UniqueFd>& owned, Deadline deadline) {
  IoResult result = {IoOutcome::kOk, 0, absl::OkStatus()};
  size_t room = most;
  while (result.bytes < bytes.size()) {
    const absl::Span<char> left = bytes.subspan(result.bytes);
    alignas(cmsghdr) char control[kControlSize] = {};
    iovec vector = {.iov_base = left.data(), .iov_len = left.size()};
    msghdr message = {};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    // Not CMSG_SPACE, whose padding would let the kernel install one more.
    message.msg_control = control;
    message.msg_controllen = CMSG_LEN(room * sizeof(int));
    const ssize_t count =
        RetryOnEintr([&] { return ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC); });
    if (count < 0) {
      result.outcome = AfterError(errno, "recvmsg", socket, POLLIN, deadline, result.error);
      if (result.outcome != IoOutcome::kOk) return result;
      continue;
    }
    const size_t before = owned.size();
    Own(message, owned);
    room -= std::min(room, owned.size() - before);
    if ((message.msg_flags & MSG_CTRUNC) != 0) {
      return {IoOutcome::kFailed, 0,
              absl::ResourceExhaustedError(absl::StrCat(
                  "recvmsg ", socket,
                  ": descriptors were dropped (MSG_CTRUNC): the peer sent more than the ", most,
                  " that are taken here, or this process has no room for them (ulimit -n)"))};
    }
    if ((message.msg_flags & MSG_TRUNC) != 0) {
      return {IoOutcome::kFailed, 0,
              absl::InvalidArgumentError(absl::StrCat(
                  "recvmsg ", socket, ": the peer does not send batches (MSG_TRUNC)"))};
    }
    if (count == 0) {
      result.outcome = IoOutcome::kEnd;
      return result;
    }
    result.bytes += static_cast<size_t>(count);
  }
  return result;
}

// What came of a batch that has begun: there is no going on with a part of it.
IoResult InTheMiddle(IoResult result, int socket) {
  if (result.outcome == IoOutcome::kEnd) result.outcome = IoOutcome::kPeerGone;
  if (result.outcome == IoOutcome::kTimedOut) {
    result.outcome = IoOutcome::kFailed;
    result.error = absl::DeadlineExceededError(
        absl::StrCat("passing descriptors on ", socket, ": only a part of the batch in time"));
  }
  return result;
}

ReceivedDescriptors Nothing(IoOutcome outcome, absl::Status error) {
  return {.outcome = outcome, .descriptors = {}, .payload = "", .error = std::move(error)};
}

constexpr std::string_view kWrongNumber = "not as many came as the peer announced";
ReceivedDescriptors NoBatch(int socket, std::string_view reason) {
  return Nothing(IoOutcome::kFailed, absl::InvalidArgumentError(absl::StrCat(
                                         "receiving descriptors on ", socket, ": ", reason)));
}

}  // namespace

IoResult SendDescriptors(int socket, absl::Span<const int> descriptors, std::string_view payload,
                         Deadline deadline) {
  constexpr size_t kMost = std::numeric_limits<uint32_t>::max();
  if (descriptors.size() > kMost || payload.size() > kMost) {
    return {IoOutcome::kFailed, 0,
            absl::InvalidArgumentError("a batch has at most 2^32 - 1 bytes")};
  }
  const Header header = {static_cast<uint32_t>(descriptors.size()),
                         static_cast<uint32_t>(payload.size())};
  const std::string_view header_bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  IoResult sent =
      SendMessage(socket, header_bytes, descriptors.subspan(0, kMaxPerMessage), deadline);
  if (sent.outcome != IoOutcome::kOk && sent.bytes > 0) sent = InTheMiddle(std::move(sent), socket);
  sent.bytes = 0;  // of the payload
  if (sent.outcome != IoOutcome::kOk) return sent;
  sent = InTheMiddle(SendMessage(socket, payload, {}, deadline), socket);
  for (size_t done = kMaxPerMessage; sent.outcome == IoOutcome::kOk && done < descriptors.size();
       done += kMaxPerMessage) {
    IoResult carried = InTheMiddle(
        SendMessage(socket, kCarrier, descriptors.subspan(done, kMaxPerMessage), deadline), socket);
    sent.outcome = carried.outcome;
    sent.error = std::move(carried.error);
  }
  return sent;
}

ReceivedDescriptors ReceiveDescriptors(int socket, const BatchLimits& limits, Deadline deadline) {
  ReceivedDescriptors received = Nothing(IoOutcome::kOk, absl::OkStatus());
  Header header;
  const absl::Span<char> header_bytes(reinterpret_cast<char*>(&header), sizeof(header));
  IoResult got = ReceiveMessage(socket, header_bytes, std::min(limits.descriptors, kMaxPerMessage),
                                received.descriptors, deadline);
  if (got.outcome != IoOutcome::kOk) {
    if (got.bytes > 0) got = InTheMiddle(std::move(got), socket);
    return Nothing(got.outcome, std::move(got.error));
  }
  if (header.descriptors > limits.descriptors || header.payload_bytes > limits.payload) {
    return NoBatch(
        socket, absl::StrCat("the peer announces ", header.descriptors, " descriptors and ",
                             header.payload_bytes, " bytes; at most ", limits.descriptors, " and ",
                             limits.payload, " are taken"));
  }
  size_t expected = std::min<size_t>(header.descriptors, kMaxPerMessage);
  if (received.descriptors.size() != expected) return NoBatch(socket, kWrongNumber);
  received.payload.resize(header.payload_bytes);
  got = ReceiveMessage(socket, absl::MakeSpan(received.payload), 0, received.descriptors, deadline);
  while (got.outcome == IoOutcome::kOk && expected < header.descriptors) {
    const size_t next = std::min<size_t>(header.descriptors - expected, kMaxPerMessage);
    char carrier;
    got = ReceiveMessage(socket, absl::MakeSpan(&carrier, 1), next, received.descriptors, deadline);
    expected += next;
    if (got.outcome == IoOutcome::kOk && received.descriptors.size() != expected)
      return NoBatch(socket, kWrongNumber);
  }
  if (got.outcome != IoOutcome::kOk) {
    got = InTheMiddle(std::move(got), socket);
    return Nothing(got.outcome, std::move(got.error));
  }
  return received;
}

}  // namespace forklift::net
