// CreatePipe and CreateSocketPair make two connected descriptors that are owned, closed on exec,
// and in the wanted blocking mode from birth, so that no fork in another thread can inherit them
// half set up.
//
// Never block. Both ends stay open across fork: close the one that a process does not use, or the
// other never sees the end. Thread-safe. Not for signal handlers (errors allocate).
#ifndef FORKLIFT_NET_PIPE_H_
#define FORKLIFT_NET_PIPE_H_

#include "absl/status/statusor.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

enum class BlockingMode { kBlocking, kNonBlocking };

// Both ends in `mode` (pipe2 with O_CLOEXEC). Fails where the process or the system has no
// descriptor left.
absl::StatusOr<Pipe> CreatePipe(BlockingMode mode);

// Each receives what is sent to the other.
struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};

enum class SocketPairType {
  kStream,     // bytes; an end that is closed is read as the end
  kDatagram,   // messages, whole and in order; a receiver never sees the end
  kSeqPacket,  // messages, whole and in order, and the end
};

// Unnamed Unix sockets, both in `mode` (socketpair with SOCK_CLOEXEC). Fails as CreatePipe does. A
// write(2) to an end whose peer is closed raises SIGPIPE: send with MSG_NOSIGNAL.
absl::StatusOr<SocketPair> CreateSocketPair(SocketPairType type, BlockingMode mode);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_PIPE_H_
