// CreatePipe makes a pipe whose two ends are owned, closed on exec, and in the wanted blocking mode
// from birth, so that no fork in another thread can inherit them half set up.
//
// Never blocks. Both ends stay open across fork: close the one that a process does not use, or the
// reader never sees the end. Thread-safe. Not for signal handlers (errors allocate).
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

}  // namespace forklift::net

#endif  // FORKLIFT_NET_PIPE_H_
