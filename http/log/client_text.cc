#include "forklift/http/log/client_text.h"

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "forklift/http/log/log_line.h"
#include "forklift/net/address.h"

namespace forklift::http::log {
namespace {

// Both are written here, since inet_ntop(3) takes longer than all the rest of a line.

void AddIpv4(const uint8_t* bytes, LogLine& line) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) line.Add(".");
    line.AddNumber(bytes[i]);
  }
}

// RFC 5952 section 4: "::" stands for the first of the longest rows of zeros, if they are two or
// more.
void AddIpv6(const in6_addr& ip, LogLine& line) {
  if (IN6_IS_ADDR_V4MAPPED(&ip)) return AddIpv4(ip.s6_addr + 12, line);
  const auto group = [&ip](int i) -> uint32_t {
    return ip.s6_addr[2 * i] << 8 | ip.s6_addr[2 * i + 1];
  };
  int begin = 8;
  int end = 8;
  for (int i = 0, zeros = 0; i < 8; ++i) {
    zeros = group(i) == 0 ? zeros + 1 : 0;
    if (zeros < 2 || zeros <= end - begin) continue;
    begin = i + 1 - zeros;
    end = i + 1;
  }
  for (int i = 0; i < 8; ++i) {
    if (i == begin) {
      line.Add("::");
      i = end;
      if (i == 8) return;
    } else if (i > 0) {
      line.Add(":");
    }
    line.AddHexadecimal(group(i));
  }
}

}  // namespace

void AddClient(const net::Address& client, LogLine& line) {
  switch (client.family()) {
    case AF_INET: {
      const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(*client.native());
      return AddIpv4(reinterpret_cast<const uint8_t*>(&ipv4.sin_addr), line);
    }
    case AF_INET6:
      return AddIpv6(reinterpret_cast<const sockaddr_in6&>(*client.native()).sin6_addr, line);
    default:
      return line.Add("unix:");
  }
}

}  // namespace forklift::http::log
