#include "forklift/net/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

int NativeType(SocketPairType type) {
  switch (type) {
    case SocketPairType::kStream:
      return SOCK_STREAM;
    case SocketPairType::kDatagram:
      return SOCK_DGRAM;
    case SocketPairType::kSeqPacket:
      return SOCK_SEQPACKET;
  }
  return SOCK_STREAM;
}

}  // namespace

absl::StatusOr<Pipe> CreatePipe(BlockingMode mode) {
  int ends[2];
  const int flags = O_CLOEXEC | (mode == BlockingMode::kNonBlocking ? O_NONBLOCK : 0);
  if (::pipe2(ends, flags) != 0) return PosixError(errno, "pipe2");
  return Pipe{.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
}

absl::StatusOr<SocketPair> CreateSocketPair(SocketPairType type, BlockingMode mode) {
  int ends[2];
  const int flags = SOCK_CLOEXEC | (mode == BlockingMode::kNonBlocking ? SOCK_NONBLOCK : 0);
  if (::socketpair(AF_UNIX, NativeType(type) | flags, 0, ends) != 0)
    return PosixError(errno, "socketpair");
  return SocketPair{.first = UniqueFd(ends[0]), .second = UniqueFd(ends[1])};
}

}  // namespace forklift::net
