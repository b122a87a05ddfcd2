// Endpoints are the two ends of a connection, its socket pair in the words of RFC 9293: local
// address and port, the peer's address and port. No two connections of a host have the same four.
//
// A value: owns nothing, never blocks; safe across fork and from any thread. Not for signal
// handlers (errors and text allocate).
//
//   absl::StatusOr<Endpoints> ends = Endpoints::Of(connection.get());
//   LOG(INFO) << *ends;  // 127.0.0.1:8888 <- 127.0.0.1:49152
#ifndef FORKLIFT_NET_ENDPOINTS_H_
#define FORKLIFT_NET_ENDPOINTS_H_

#include <compare>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/net/address.h"

namespace forklift::net {

struct Endpoints {
  // Of a connected socket (getsockname, getpeername). An error where it is not connected (any
  // more), or of another kind than Address holds.
  static absl::StatusOr<Endpoints> Of(int socket) {
    absl::StatusOr<Address> local = Address::Local(socket);
    if (!local.ok()) return local.status();
    absl::StatusOr<Address> peer = Address::Peer(socket);
    if (!peer.ok()) return peer.status();
    return Endpoints{.local = *local, .peer = *peer};
  }

  Address local;
  Address peer;

  friend auto operator<=>(const Endpoints&, const Endpoints&) = default;
  template <typename Hash>
  friend Hash AbslHashValue(Hash hash, const Endpoints& ends) {
    return Hash::combine(std::move(hash), ends.local, ends.peer);
  }
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Endpoints& ends) {
    AbslStringify(sink, ends.local);
    sink.Append(" <- ");
    AbslStringify(sink, ends.peer);
  }
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_ENDPOINTS_H_
