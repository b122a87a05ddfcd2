#include "forklift/net/address.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

TEST(AddressTest, WritesWhatItReads) {
  for (std::string_view text :
       {"127.0.0.1:8888", "0.0.0.0:0", "255.255.255.255:65535", "[::]:80", "[::1]:8888",
        "[2001:db8::1]:443", "[fe80::1%lo]:80", "[::ffff:192.0.2.1]:80", "unix:/run/server.sock",
        "unix:relative", "unix:@abstract"}) {
    const absl::StatusOr<Address> address = Address::Parse(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), text);
    EXPECT_EQ(absl::StrCat(*address), text);
    EXPECT_EQ(*Address::FromNative(address->native(), address->native_size()), *address);
  }
}

TEST(AddressTest, NormalizesIpv6) {
  EXPECT_EQ(Address::Parse("[2001:DB8:0:0:0:0:0:1]:80")->ToString(), "[2001:db8::1]:80");
  EXPECT_EQ(Address::Parse("[fe80::1%1]:80")->ToString(), "[fe80::1%lo]:80") << "interface 1 is lo";
  EXPECT_EQ(Address::Parse("[fe80::1%4000000000]:80")->ToString(), "[fe80::1%4000000000]:80");
}

TEST(AddressTest, RefusesWhatItCannotMean) {
  for (std::string_view text : {"",
                                ":",
                                ":80",
                                "80",
                                "127.0.0.1",
                                "127.0.0.1:",
                                "127.0.0.1:-1",
                                "127.0.0.1:+80",
                                "127.0.0.1: 80",
                                "127.0.0.1:80 ",
                                "127.0.0.1:65536",
                                "127.0.0.1:4294967376",
                                "127.0.0.1:http",
                                "127.0.0.1:0x50",
                                "127.1:80",
                                "0177.0.0.1:80",
                                "256.0.0.1:80",
                                " 127.0.0.1:80",
                                "127.0.0.1:80:80",
                                "localhost:80",
                                "::1:80",
                                "[::1]",
                                "[::1]80",
                                "[::1:80",
                                "[127.0.0.1:80",
                                "[]:80",
                                "[::1%]:80",
                                "[::1%no-such-interface]:80",
                                "[127.0.0.1]:80",
                                "unix:",
                                "unix:@"}) {
    const absl::StatusOr<Address> address = Address::Parse(text);
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(address.status().message(), testing::HasSubstr(absl::StrCat("'", text, "'")));
  }
}

TEST(AddressTest, RefusesNulBytesAndEscapesThemInTheMessage) {
  for (std::string_view text :
       {std::string_view("127.0.0.1\0:80", 13), std::string_view("[::1\0]:80", 9),
        std::string_view("unix:/a\0b", 9), std::string_view("[fe80::1%lo\0x]:80", 17)}) {
    const absl::StatusOr<Address> address = Address::Parse(text);
    ASSERT_FALSE(address.ok());
    EXPECT_THAT(address.status().message(), testing::HasSubstr("\\x00"));
  }
}

TEST(AddressTest, UnixNamesUpToTheSystemsLimit) {
  const size_t limit = sizeof(sockaddr_un::sun_path) - 1;
  for (std::string_view prefix : {"unix:", "unix:@"}) {
    const std::string longest = absl::StrCat(prefix, std::string(limit, 'a'));
    ASSERT_TRUE(Address::Parse(longest).ok()) << prefix;
    EXPECT_EQ(Address::Parse(longest)->ToString(), longest);
    EXPECT_FALSE(Address::Parse(longest + "a").ok()) << prefix;
  }
}

TEST(AddressTest, AbstractNamesAreEscaped) {
  sockaddr_un native = {};
  native.sun_family = AF_UNIX;
  ::memcpy(native.sun_path, "\0a\nb\0", 5);
  const absl::StatusOr<Address> address = Address::FromNative(
      reinterpret_cast<const sockaddr*>(&native), offsetof(sockaddr_un, sun_path) + 5);
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->ToString(), "unix:@a\\nb\\x00");
}

TEST(AddressTest, ComparesAndHashesByValue) {
  const std::vector<Address> different = {
      *Address::Parse("127.0.0.1:80"), *Address::Parse("127.0.0.1:81"),
      *Address::Parse("127.0.0.2:80"), *Address::Parse("[::1]:80"),
      *Address::Parse("[::1]:81"),     *Address::Parse("[::1%1]:80"),
      *Address::Parse("unix:/a"),      *Address::Parse("unix:/b"),
      *Address::Parse("unix:@/a"),
  };
  EXPECT_EQ(absl::flat_hash_set<Address>(different.begin(), different.end()).size(),
            different.size());
  EXPECT_EQ(std::set<Address>(different.begin(), different.end()).size(), different.size());
  for (const Address& address : different) EXPECT_EQ(address, *Address::Parse(address.ToString()));
}

TEST(AddressTest, Ports) {
  EXPECT_EQ(Address::Ipv4Loopback(8888), *Address::Parse("127.0.0.1:8888"));
  EXPECT_EQ(Address::Parse("[::1]:443")->port(), 443);
  EXPECT_EQ(Address::Parse("unix:/a")->port(), 0);
  EXPECT_EQ(Address::Parse("[::1]:443")->WithPort(80), *Address::Parse("[::1]:80"));
  EXPECT_EQ(Address::Ipv4Loopback(1).WithPort(2), Address::Ipv4Loopback(2));
  EXPECT_EQ(Address::Parse("unix:/a")->WithPort(80), *Address::Parse("unix:/a"));
}

TEST(AddressTest, Loopback) {
  for (const std::string_view text : {"127.0.0.1:80", "127.255.255.255:0", "[::1]:80",
                                      "[::ffff:127.0.0.1]:80", "[::ffff:127.9.9.9]:80"}) {
    EXPECT_TRUE(Address::Parse(text)->IsLoopback()) << text;
  }
  for (const std::string_view text :
       {"126.255.255.255:80", "128.0.0.1:80", "0.0.0.0:80", "1.0.0.127:80", "[::]:80", "[::2]:80",
        "[::7f00:1]:80", "[::ffff:128.0.0.1]:80", "[7f00::1]:80", "unix:/127.0.0.1", "unix:@a"}) {
    EXPECT_FALSE(Address::Parse(text)->IsLoopback()) << text;
  }
}

TEST(AddressTest, FromNativeChecksFamilyAndSize) {
  const Address ipv4 = Address::Ipv4Loopback(80);
  EXPECT_FALSE(Address::FromNative(ipv4.native(), 0).ok());
  EXPECT_FALSE(Address::FromNative(ipv4.native(), ipv4.native_size() - 1).ok());
  sockaddr other = {};
  other.sa_family = AF_APPLETALK;
  EXPECT_FALSE(Address::FromNative(&other, sizeof(other)).ok());
}

TEST(AddressTest, TheTwoEndsOfASocket) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd first(ends[0]), second(ends[1]);
  EXPECT_EQ(Address::Local(first.get())->ToString(), "unix:");

  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(Address::Peer(socket.get()).status().message(),
            absl::StrCat("getpeername ", socket.get(),
                         ": Transport endpoint is not connected (ENOTCONN)"));
  const Address target = Address::Ipv4Loopback(9);
  ASSERT_EQ(::connect(socket.get(), target.native(), target.native_size()),
            0);  // UDP: sends nothing
  EXPECT_EQ(*Address::Peer(socket.get()), target);
  const absl::StatusOr<Address> local = Address::Local(socket.get());
  ASSERT_TRUE(local.ok());
  EXPECT_NE(local->port(), 0) << "connect has chosen an ephemeral port";
  EXPECT_EQ(*local, Address::Ipv4Loopback(local->port()));
}

}  // namespace
}  // namespace forklift::net
