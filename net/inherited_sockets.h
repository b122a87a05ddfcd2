// Inherited sockets are those that whoever started this program opened for it: systemd's socket
// activation (LISTEN_FDS, sd_listen_fds(3)), inetd's descriptor 0, or a number that a parent told.
//
// What is taken is checked to be a stream or seqpacket socket that listens or is connected, and is
// then owned and CLOEXEC. Its blocking mode stays as it is: it belongs to the open socket, which
// the starter may share. All or nothing: after an error every descriptor and the environment are as
// they were.
//
// Never block. For the beginning of main: before threads (the environment is read and changed), and
// before the program opens descriptors of its own, which could be taken for inherited ones; those
// that are CLOEXEC are recognized and refused. Fork afterwards as with any descriptor. Not for
// signal handlers.
//
//   absl::StatusOr<std::vector<InheritedSocket>> sockets = TakeListenFds();
//   if (!sockets.ok()) return sockets.status();
//   if (sockets->empty()) ...  // started by hand: bind an address
#ifndef FORKLIFT_NET_INHERITED_SOCKETS_H_
#define FORKLIFT_NET_INHERITED_SOCKETS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

enum class InheritedKind {
  kListening,  // accept from it (SO_ACCEPTCONN)
  kConnected,  // one client's connection: inetd's "nowait", systemd's Accept=yes
};

struct InheritedSocket {
  UniqueFd socket;
  InheritedKind kind;
  Address address;   // its own (getsockname)
  std::string name;  // of LISTEN_FDNAMES, "unknown" without; else how it was asked for
};

// The sockets of LISTEN_FDS, from descriptor 3 up, in order; none where the variables are not set
// or LISTEN_PID is another process, whose they are then. Takes LISTEN_FDS, LISTEN_PID and
// LISTEN_FDNAMES out of the environment, so that no child takes them for its own. kInvalidArgument
// for a value that is no such number or list of names, kFailedPrecondition where a descriptor is
// not what is claimed.
absl::StatusOr<std::vector<InheritedSocket>> TakeListenFds();

// The socket that inetd has put on descriptor 0, moved to a descriptor above 2. In its place, and
// where it stands on 1 and 2 too or they are closed, comes /dev/null, so that nothing printed goes
// to a client, and the connection ends when this one is closed. Its name is "inetd".
// kFailedPrecondition where there is none; else no descriptor is left, or no /dev/null.
absl::StatusOr<InheritedSocket> TakeInetdSocket();

// The socket of a number, as "fd:3"; the name is that text. kInvalidArgument for anything else and
// for the standard descriptors; kFailedPrecondition where it is no such socket.
absl::StatusOr<InheritedSocket> TakeNumberedSocket(std::string_view text);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_INHERITED_SOCKETS_H_
