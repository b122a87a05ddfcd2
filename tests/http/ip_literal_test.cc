#include "forklift/http/ip_literal.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(IpLiteralTest, AddressesOfTheGrammar) {  // RFC 3986 section 3.2.2
  for (std::string_view text :
       {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1::8",
        "2001:db8::1", "2001:DB8:0:0:0:0:0:FFFF", "fe80::1", "::ffff:192.0.2.1", "::192.0.2.1",
        "1:2:3:4:5:6:255.255.255.255", "1::5:6:0.0.0.0", "v1.x", "VaF.a:b",
        "v1.!$&'()*+,;=:-._~"}) {
    EXPECT_TRUE(IsIpLiteral(text)) << text;
  }
}

TEST(IpLiteralTest, RefusesEverythingElse) {
  for (std::string_view text : {"",
                                ":",
                                ":::",
                                "1",
                                "1:",
                                ":1",
                                "1:2",
                                "::1:",
                                ":1::",
                                "1:::2",
                                "1::2::3",
                                "::1::",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1:2:3:4:5:6:7:8::",
                                "::1:2:3:4:5:6:7:8",
                                "1:2:3:4::5:6:7:8",
                                "12345::",
                                "g::",
                                "::-1",
                                "::+1",
                                ":: 1",
                                "::1 ",
                                "::0x1",
                                "192.0.2.1",
                                "::192.0.2",
                                "::192.0.2.1.1",
                                "::192.0.2.",
                                "::192.0.2.256",
                                "::192.0.2.01",
                                "::1.2.3.4444",
                                "::192.0.2.1:1",
                                "192.0.2.1::",
                                "1:2:3:4:5:6:7:1.2.3.4",
                                "::1.2.3.-4",
                                "fe80::1%eth0",
                                "fe80::1%25eth0",
                                "::1]",
                                "[::1",
                                "a",
                                "example.org",
                                "v",
                                "v1",
                                "v.x",
                                "v1.",
                                "vg.x",
                                "v1.[",
                                "v1.a@b",
                                "v1.%41",
                                "w1.x"}) {
    EXPECT_FALSE(IsIpLiteral(text)) << text;
  }
  EXPECT_FALSE(IsIpLiteral(std::string(1 << 20, ':')));
  EXPECT_FALSE(IsIpLiteral("::" + std::string(1 << 20, '1')));
  EXPECT_FALSE(IsIpLiteral("::" + std::string(1 << 20, '.')));
}

// The system's parser, which has the same grammar but for "v...".
TEST(IpLiteralTest, AgreesWithTheSystem) {
  std::mt19937 random(1);
  constexpr std::string_view kPieces[] = {":",     "::",      "1", "ab", "ffff",
                                          "12345", "1.2.3.4", "0", "."};
  int good = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (int pieces = static_cast<int>(random() % 18); pieces > 0; --pieces) {
      text += kPieces[random() % (random() % 2 == 0 ? 3 : std::size(kPieces))];
    }
    in6_addr address;
    const bool expected = ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
    EXPECT_EQ(IsIpLiteral(text), expected) << text;
    good += expected ? 1 : 0;
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace forklift::http
