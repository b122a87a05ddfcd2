// HasPendingHandshakes tells whether TCP clients are in the middle of the handshake with a
// listener: they have had its answer, may take themselves for connected, and are in its queue only
// once their last step has come. Nothing else shows them, and they are reset where the listener
// closes before.
//
// Asks the kernel (sock_diag(7)), which looks through all sockets of the network namespace: some
// milliseconds, so not for each request. Never blocks. Thread-safe. Not for signal handlers.
//
//   CHECK_OK(listener.IgnoreNewClients());
//   while (HasPendingHandshakes(listener.local_address()).value_or(false)) AcceptForAMoment();
#ifndef FORKLIFT_NET_PENDING_HANDSHAKES_H_
#define FORKLIFT_NET_PENDING_HANDSHAKES_H_

#include "absl/status/statusor.h"
#include "forklift/net/address.h"

namespace forklift::net {

// By the port of `listener`, a bound address: those of another listener with the same port count
// too. False for a Unix socket, which knows no handshake. An error where the kernel does not tell:
// it was built without that, or a sandbox denies it.
absl::StatusOr<bool> HasPendingHandshakes(const Address& listener);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_PENDING_HANDSHAKES_H_
