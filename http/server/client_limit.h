// ClientLimit counts connections by client, so that one of them cannot take all.
//
// A client is an IPv4 address or an IPv6 network of 64 bits, which is what one subscriber has;
// those on Unix sockets are not limited. Costs memory for each client that is connected, and
// nothing where there is no limit. Never blocks. One object, one thread.
#ifndef FORKLIFT_HTTP_SERVER_CLIENT_LIMIT_H_
#define FORKLIFT_HTTP_SERVER_CLIENT_LIMIT_H_

#include <stddef.h>
#include <stdint.h>

#include <string>

#include "absl/container/flat_hash_map.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

class ClientLimit {
 public:
  // `most` connections of each; 0: no limit.
  explicit ClientLimit(size_t most) : most_(most) {}

  // Counts a connection of `client`; false, and it is not counted, where that would be too many.
  bool Enter(const net::Address& client);

  // One that has entered is over.
  void Leave(const net::Address& client);

  bool active() const { return most_ > 0; }

 private:
  const size_t most_;
  absl::flat_hash_map<std::string, size_t> counts_;  // by the bytes of the address
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CLIENT_LIMIT_H_
