#include "forklift/http/server/testing/memory_transport.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/posix_error.h"

namespace forklift::http::server::testing {

using net::IoOutcome;
using net::IoResult;

std::string MemoryTransport::TakeOutput() { return std::exchange(output_, std::string()); }

IoResult MemoryTransport::Receive(absl::Span<char> buffer) {
  if (broken_) return {.outcome = IoOutcome::kPeerGone, .bytes = 0, .error = {}};
  const size_t size = std::min({buffer.size(), input_.size(), receive_limit_});
  if (size == 0) {
    return {.outcome = ended_ ? IoOutcome::kEnd : IoOutcome::kNotReady, .bytes = 0, .error = {}};
  }
  input_.copy(buffer.data(), size);
  input_.erase(0, size);
  return {.outcome = IoOutcome::kOk, .bytes = size, .error = {}};
}

IoResult MemoryTransport::Send(absl::Span<const std::string_view> parts, net::MoreToCome) {
  if (broken_) return {.outcome = IoOutcome::kPeerGone, .bytes = 0, .error = {}};
  size_t sent = 0;
  for (std::string_view part : parts) {
    part = part.substr(0, output_room_);
    output_.append(part);
    output_room_ -= part.size();
    sent += part.size();
  }
  return {.outcome = sent == 0 ? IoOutcome::kNotReady : IoOutcome::kOk, .bytes = sent, .error = {}};
}

IoResult MemoryTransport::SendFile(int file, off_t offset, size_t count) {
  std::string bytes(std::min(count, output_room_), '\0');
  if (bytes.empty()) return {.outcome = IoOutcome::kNotReady, .bytes = 0, .error = {}};
  const ssize_t size = ::pread(file, bytes.data(), bytes.size(), offset);
  if (size < 0) {
    return {.outcome = IoOutcome::kFailed, .bytes = 0, .error = net::PosixError(errno, "pread")};
  }
  if (size == 0) return {.outcome = IoOutcome::kEnd, .bytes = 0, .error = {}};
  return Send({std::string_view(bytes.data(), static_cast<size_t>(size))}, net::MoreToCome::kNo);
}

bool MemoryTransport::Wait(For what, net::Deadline /*deadline*/) {
  on_wait_();
  if (broken_) return true;
  return what == For::kSend ? output_room_ > 0 : ended_ || !input_.empty();
}

}  // namespace forklift::http::server::testing
