#include "forklift/net/socket_options.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

UniqueFd TcpSocket(int family = AF_INET) {
  return UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

int Get(const UniqueFd& socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(::getsockopt(socket.get(), level, option, &value, &size), 0);
  return value;
}

struct Switch {
  std::string name;
  std::function<absl::Status(int, bool)> set;
  int level;
  int option;
  int family = AF_INET;
};

class SwitchTest : public testing::TestWithParam<Switch> {};

INSTANTIATE_TEST_SUITE_P(
    Options, SwitchTest,
    testing::Values(Switch{"SO_REUSEADDR", SetReuseAddress, SOL_SOCKET, SO_REUSEADDR},
                    Switch{"SO_REUSEPORT", SetReusePort, SOL_SOCKET, SO_REUSEPORT},
                    Switch{"TCP_NODELAY", SetNoDelay, IPPROTO_TCP, TCP_NODELAY},
                    Switch{"IP_BIND_ADDRESS_NO_PORT", SetBindAddressNoPort, IPPROTO_IP,
                           IP_BIND_ADDRESS_NO_PORT},
                    Switch{"IPV6_V6ONLY", SetIpv6Only, IPPROTO_IPV6, IPV6_V6ONLY, AF_INET6}),
    [](const testing::TestParamInfo<Switch>& param) { return param.param.name; });

TEST_P(SwitchTest, OnAndOff) {
  const UniqueFd socket = TcpSocket(GetParam().family);
  if (!socket.valid() && errno == EAFNOSUPPORT) GTEST_SKIP() << "this machine has no IPv6";
  for (const bool on : {true, false, true}) {
    const absl::Status set = GetParam().set(socket.get(), on);
    ASSERT_TRUE(set.ok()) << set;
    EXPECT_EQ(Get(socket, GetParam().level, GetParam().option), on ? 1 : 0);
  }
}

TEST_P(SwitchTest, AnErrorNamesTheOptionAndTheDescriptor) {
  EXPECT_THAT(GetParam().set(-1, true).message(),
              testing::StartsWith(absl::StrCat("setsockopt ", GetParam().name, " on -1: ")));
}

TEST(SocketOptionsTest, KeepAlive) {
  const UniqueFd socket = TcpSocket();
  ASSERT_TRUE(SetKeepAlive(socket.get(), KeepAlive{.idle = absl::Milliseconds(1'500),
                                                   .interval = absl::Seconds(3),
                                                   .probes = 4})
                  .ok());
  EXPECT_EQ(Get(socket, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(Get(socket, IPPROTO_TCP, TCP_KEEPIDLE), 2) << "rounded up";
  EXPECT_EQ(Get(socket, IPPROTO_TCP, TCP_KEEPINTVL), 3);
  EXPECT_EQ(Get(socket, IPPROTO_TCP, TCP_KEEPCNT), 4);
  ASSERT_TRUE(SetKeepAlive(socket.get(), std::nullopt).ok());
  EXPECT_EQ(Get(socket, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_THAT(SetKeepAlive(socket.get(), KeepAlive{.idle = absl::ZeroDuration()}).message(),
              testing::HasSubstr("TCP_KEEPIDLE"));
  EXPECT_EQ(Get(socket, SOL_SOCKET, SO_KEEPALIVE), 0) << "not switched on half set";
}

TEST(SocketOptionsTest, Linger) {
  const UniqueFd socket = TcpSocket();
  struct Case {
    std::optional<absl::Duration> timeout;
    int on;
    int seconds;
  };
  for (const Case& test : {Case{absl::ZeroDuration(), 1, 0}, Case{absl::Milliseconds(1), 1, 1},
                           Case{absl::Seconds(5), 1, 5}, Case{std::nullopt, 0, 0}}) {
    ASSERT_TRUE(SetLinger(socket.get(), test.timeout).ok());
    linger value = {};
    socklen_t size = sizeof(value);
    ASSERT_EQ(::getsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &value, &size), 0);
    EXPECT_EQ(value.l_onoff, test.on);
    if (test.on != 0) {
      EXPECT_EQ(value.l_linger, test.seconds);
    }
  }
}

TEST(SocketOptionsTest, BuffersAreDoubledByTheKernel) {
  const UniqueFd socket = TcpSocket();
  ASSERT_TRUE(SetSendBuffer(socket.get(), 16'384).ok());
  ASSERT_TRUE(SetReceiveBuffer(socket.get(), 8'192).ok());
  EXPECT_EQ(Get(socket, SOL_SOCKET, SO_SNDBUF), 32'768);
  EXPECT_EQ(Get(socket, SOL_SOCKET, SO_RCVBUF), 16'384);
  EXPECT_TRUE(SetSendBuffer(socket.get(), SIZE_MAX).ok()) << "cut to what the system allows";
}

TEST(SocketOptionsTest, DeferAccept) {
  const UniqueFd socket = TcpSocket();
  ASSERT_TRUE(SetDeferAccept(socket.get(), absl::Seconds(1)).ok());
  EXPECT_GE(Get(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT), 1);
  ASSERT_TRUE(SetDeferAccept(socket.get(), absl::ZeroDuration()).ok());
  EXPECT_EQ(Get(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT), 0);
}

TEST(SocketOptionsTest, BlockingMode) {
  const absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const int fd = pipe->read_end.get();
  ASSERT_TRUE(SetBlockingMode(fd, BlockingMode::kNonBlocking).ok());
  EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  ASSERT_TRUE(SetBlockingMode(fd, BlockingMode::kNonBlocking).ok()) << "once more changes nothing";
  ASSERT_TRUE(SetBlockingMode(fd, BlockingMode::kBlocking).ok());
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_THAT(SetBlockingMode(-1, BlockingMode::kBlocking).message(),
              testing::StartsWith("fcntl F_GETFL -1: "));
}

TEST(SocketOptionsTest, TellsAListener) {
  const UniqueFd socket = TcpSocket();
  EXPECT_FALSE(IsListening(socket.get()).value());
  ASSERT_EQ(::listen(socket.get(), 1), 0);
  EXPECT_TRUE(IsListening(socket.get()).value());
  EXPECT_THAT(IsListening(-1).status().message(), testing::HasSubstr("SO_ACCEPTCONN on -1"));
}

TEST(SocketOptionsTest, TheSocketsErrorIsTakenOnce) {
  const UniqueFd bound = TcpSocket();
  const Address loopback = Address::Ipv4Loopback(0);
  ASSERT_EQ(::bind(bound.get(), loopback.native(), loopback.native_size()), 0);
  const absl::StatusOr<Address> nobody_listens = Address::Local(bound.get());
  ASSERT_TRUE(nobody_listens.ok());
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ASSERT_EQ(::connect(socket.get(), nobody_listens->native(), nobody_listens->native_size()), -1);
  ASSERT_EQ(errno, EINPROGRESS);
  EXPECT_EQ(TakeSocketError(socket.get()), ECONNREFUSED) << "loopback answers at once";
  EXPECT_EQ(TakeSocketError(socket.get()), 0);
  EXPECT_EQ(TakeSocketError(-1), EBADF);
}

}  // namespace
}  // namespace forklift::net
