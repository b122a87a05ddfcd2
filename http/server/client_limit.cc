#include "forklift/http/server/client_limit.h"

#include <endian.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "absl/log/check.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

ClientKey::ClientKey(const net::Address& client) {
  if (client.family() == AF_INET) {
    sockaddr_in native;
    ::memcpy(&native, client.native(), sizeof(native));
    value_ = kIpv4 | ntohl(native.sin_addr.s_addr);
  } else if (client.family() == AF_INET6) {
    sockaddr_in6 native;
    ::memcpy(&native, client.native(), sizeof(native));
    // The network, and what follows it.
    uint64_t halves[2];
    ::memcpy(halves, &native.sin6_addr, sizeof(halves));
    const bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&native.sin6_addr);
    value_ = is_ipv4 ? kIpv4 | static_cast<uint32_t>(be64toh(halves[1])) : be64toh(halves[0]);
  }
}

bool ClientLimit::Enter(ClientKey client) {
  if (!active() || !client.limited()) return true;
  size_t& count = counts_[client.value()];
  if (count >= most_) return false;
  ++count;
  return true;
}

void ClientLimit::Leave(ClientKey client) {
  if (!active() || !client.limited()) return;
  const auto found = counts_.find(client.value());
  CHECK(found != counts_.end()) << "ClientLimit::Leave of a client that has not entered";
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace forklift::http::server
