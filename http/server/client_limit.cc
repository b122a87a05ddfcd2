#include "forklift/http/server/client_limit.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <string>

#include "absl/log/check.h"
#include "forklift/net/address.h"

namespace forklift::http::server {
namespace {

constexpr size_t kNetworkBytes = 8;  // an IPv6 network of 64 bits

// Empty where the client is not to be limited.
std::string KeyOf(const net::Address& client) {
  if (client.family() == AF_INET) {
    sockaddr_in native;
    ::memcpy(&native, client.native(), sizeof(native));
    return std::string(reinterpret_cast<const char*>(&native.sin_addr), sizeof(native.sin_addr));
  }
  if (client.family() == AF_INET6) {
    sockaddr_in6 native;
    ::memcpy(&native, client.native(), sizeof(native));
    const char* const bytes = reinterpret_cast<const char*>(&native.sin6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&native.sin6_addr)) return std::string(bytes + 12, 4);
    return std::string(bytes, kNetworkBytes);
  }
  return std::string();
}

}  // namespace

bool ClientLimit::Enter(const net::Address& client) {
  if (!active()) return true;
  const std::string key = KeyOf(client);
  if (key.empty()) return true;
  size_t& count = counts_[key];
  if (count >= most_) return false;
  ++count;
  return true;
}

void ClientLimit::Leave(const net::Address& client) {
  if (!active()) return;
  const std::string key = KeyOf(client);
  if (key.empty()) return;
  const auto found = counts_.find(key);
  CHECK(found != counts_.end()) << "ClientLimit::Leave of a client that has not entered";
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace forklift::http::server
