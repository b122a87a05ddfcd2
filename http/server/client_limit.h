// ClientLimit counts connections by client, so that one of them cannot take all.
//
// Costs memory for each client that is connected, and nothing where there is no limit. Never
// blocks. One object, one thread.
#ifndef FORKLIFT_HTTP_SERVER_CLIENT_LIMIT_H_
#define FORKLIFT_HTTP_SERVER_CLIENT_LIMIT_H_

#include <stddef.h>
#include <stdint.h>

#include "absl/container/flat_hash_map.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

// Whom the limit counts as one: an IPv4 address or an IPv6 network of 64 bits, which is what one
// subscriber has. Small, to be kept for each connection until its end.
class ClientKey {
 public:
  ClientKey(const net::Address& client);  // NOLINT(google-explicit-constructor): to name one

  // Those on Unix sockets are not.
  bool limited() const { return value_ != kUnlimited; }
  uint64_t value() const { return value_; }

 private:
  // Neither is a network that a client can come from: the first is of multicast, the others, those
  // of IPv4 addresses, are reserved.
  static constexpr uint64_t kUnlimited = UINT64_MAX;
  static constexpr uint64_t kIpv4 = uint64_t{0xFFFF} << 32;

  uint64_t value_ = kUnlimited;
};

class ClientLimit {
 public:
  // `most` connections of each; 0: no limit.
  explicit ClientLimit(size_t most) : most_(most) {}

  // Counts a connection of `client`; false, and it is not counted, where that would be too many.
  bool Enter(ClientKey client);

  // One that has entered is over.
  void Leave(ClientKey client);

  bool active() const { return most_ > 0; }

 private:
  const size_t most_;
  absl::flat_hash_map<uint64_t, size_t> counts_;  // by the key's value
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CLIENT_LIMIT_H_
