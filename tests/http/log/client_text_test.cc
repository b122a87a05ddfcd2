#include "forklift/http/log/client_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <random>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/log/log_line.h"
#include "forklift/net/address.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

std::string Text(const net::Address& client) {
  char buffer[45];
  LogLine line(absl::MakeSpan(buffer));
  AddClient(client, line);
  return std::string(line.text());
}

TEST(ClientTextTest, AnAddressWithoutItsPort) {
  struct Case {
    std::string_view address;
    std::string_view text;
  };
  for (const Case& c : {
           Case{"192.0.2.1:80", "192.0.2.1"},
           Case{"0.0.0.0:0", "0.0.0.0"},
           Case{"255.255.255.255:65535", "255.255.255.255"},
           Case{"[::]:1", "::"},
           Case{"[::1]:80", "::1"},
           Case{"[1::]:80", "1::"},
           Case{"[2001:DB8::A]:80", "2001:db8::a"},
           Case{"[fe80::1%1]:80", "fe80::1"},
           Case{"[2001:db8:0:1:0:0:0:1]:80", "2001:db8:0:1::1"},
           Case{"[2001:0:0:1:0:0:1:1]:80", "2001::1:0:0:1:1"},
           Case{"[2001:db8:0:1:1:1:1:1]:80", "2001:db8:0:1:1:1:1:1"},
           Case{"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
           Case{"[::ffff:192.0.2.1]:80", "192.0.2.1"},
           Case{"unix:/run/client.sock", "unix:"},
           Case{"unix:@client", "unix:"},
       }) {
    EXPECT_EQ(Text(*net::Address::Parse(c.address)), c.text);
  }
  sockaddr_un unnamed = {};
  unnamed.sun_family = AF_UNIX;
  EXPECT_EQ(Text(*net::Address::FromNative(reinterpret_cast<const sockaddr*>(&unnamed),
                                           sizeof(sa_family_t))),
            "unix:");
}

TEST(ClientTextTest, AgreesWithTheLibraryOnIpv6) {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    sockaddr_in6 native = {};
    native.sin6_family = AF_INET6;
    uint8_t* const bytes = native.sin6_addr.s6_addr;
    const uint32_t zeros = random();  // a bit for each group
    for (int group = 0; group < 8; ++group) {
      if ((zeros >> group & 1) != 0) continue;
      bytes[2 * group] = static_cast<uint8_t>(random() & (random() % 2 == 0 ? 0xff : 0));
      bytes[2 * group + 1] = static_cast<uint8_t>(random());
    }
    const bool like_ipv4 = IN6_IS_ADDR_V4MAPPED(&native.sin6_addr) ||  //
                           IN6_IS_ADDR_V4COMPAT(&native.sin6_addr);
    if (like_ipv4) continue;
    char expected[INET6_ADDRSTRLEN];
    ASSERT_NE(::inet_ntop(AF_INET6, bytes, expected, sizeof(expected)), nullptr);
    ASSERT_EQ(
        Text(*net::Address::FromNative(reinterpret_cast<const sockaddr*>(&native), sizeof(native))),
        expected);
  }
}

}  // namespace
}  // namespace forklift::http::log
