#include "forklift/http/server/client_limit.h"

#include <string_view>

#include "forklift/net/address.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

net::Address Client(std::string_view text) { return *net::Address::Parse(text); }

TEST(ClientLimitTest, CountsByAddressWhateverThePort) {
  ClientLimit limit(2);
  EXPECT_TRUE(limit.Enter(Client("192.0.2.1:1")));
  EXPECT_TRUE(limit.Enter(Client("192.0.2.1:2")));
  EXPECT_FALSE(limit.Enter(Client("192.0.2.1:3")));
  EXPECT_TRUE(limit.Enter(Client("192.0.2.2:3"))) << "another client";
  limit.Leave(Client("192.0.2.1:2"));
  EXPECT_TRUE(limit.Enter(Client("192.0.2.1:4")));
}

TEST(ClientLimitTest, AnIpv6NetworkIsOneClient) {
  ClientLimit limit(1);
  EXPECT_TRUE(limit.Enter(Client("[2001:db8:0:1::1]:1")));
  EXPECT_FALSE(limit.Enter(Client("[2001:db8:0:1:ffff::2]:1")));
  EXPECT_TRUE(limit.Enter(Client("[2001:db8:0:2::1]:1")));
}

TEST(ClientLimitTest, TheLoopbackOfEachFamilyIsAClientOfItsOwn) {
  ClientLimit limit(1);
  for (const char* loopback : {"[::1]:1", "127.0.0.1:1"}) {
    EXPECT_TRUE(limit.Enter(Client(loopback)));
    EXPECT_FALSE(limit.Enter(Client(loopback)));
  }
}

TEST(ClientLimitTest, AMappedAddressIsTheIpv4Client) {
  ClientLimit limit(1);
  EXPECT_TRUE(limit.Enter(Client("192.0.2.1:1")));
  EXPECT_FALSE(limit.Enter(Client("[::ffff:192.0.2.1]:1")));
}

TEST(ClientLimitTest, UnixSocketsAndNoLimitLetAllIn) {
  ClientLimit none(0);
  ClientLimit limit(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(none.Enter(Client("192.0.2.1:1")));
    EXPECT_TRUE(limit.Enter(Client("unix:@client")));
    limit.Leave(Client("unix:@client"));
  }
}

TEST(ClientLimitDeathTest, LeaveGoesWithEnter) {
  ClientLimit limit(1);
  EXPECT_DEATH(limit.Leave(Client("192.0.2.1:1")), "has not entered");
}

}  // namespace
}  // namespace forklift::http::server
