#include "forklift/net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::HasSubstr;

Listener ListenOnLoopback() {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  EXPECT_TRUE(listener.ok()) << listener.status();
  return *std::move(listener);
}

TEST(ListenerTest, AcceptsAConnectionWithItsPeer) {
  Listener listener = ListenOnLoopback();
  EXPECT_NE(listener.local_address().port(), 0);
  const UniqueFd client = tests::Connect(listener.local_address());

  const AcceptResult accepted = listener.TryAccept();
  ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted) << accepted.error;
  EXPECT_EQ(accepted.peer, *Address::Local(client.get()));
  EXPECT_EQ(*Address::Peer(client.get()), listener.local_address());
  const int fd = accepted.connection.get();
  EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  ASSERT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_TRUE(no_delay);
}

TEST(ListenerTest, NeverBlocksWhenNobodyWaits) {
  Listener listener = ListenOnLoopback();
  const AcceptResult accepted = listener.TryAccept();
  EXPECT_EQ(accepted.outcome, AcceptOutcome::kNotReady);
  EXPECT_TRUE(accepted.error.ok());
  EXPECT_EQ(::fcntl(listener.fd(), F_GETFD), FD_CLOEXEC);
}

TEST(ListenerTest, ListensOnIpv6AndUnixSockets) {
  for (const std::string& text :
       {std::string("[::1]:0"), absl::StrCat("unix:@forklift-listener-test-", ::getpid())}) {
    absl::StatusOr<Listener> listener = Listener::Bind(*Address::Parse(text), {});
    if (text[0] == '[' && !listener.ok()) {
      GTEST_LOG_(WARNING) << "no IPv6 here: " << listener.status();
      continue;
    }
    ASSERT_TRUE(listener.ok()) << listener.status();
    const UniqueFd client = tests::Connect(listener->local_address());
    EXPECT_EQ(listener->TryAccept().outcome, AcceptOutcome::kAccepted) << text;
  }
}

TEST(ListenerTest, APortInUseIsAClearErrorAndLeavesNothing) {
  const Listener first = ListenOnLoopback();
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  const absl::Status status = Listener::Bind(first.local_address(), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("bind ", first.local_address(), ": ")));
  EXPECT_THAT(status.message(), HasSubstr("(EADDRINUSE)"));
  EXPECT_THAT(status.message(), HasSubstr("choose another port"));
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
}

TEST(ListenerTest, AnAddressOfAnotherMachineIsAClearError) {
  const absl::Status status = Listener::Bind(*Address::Parse("192.0.2.1:0"), {}).status();
  EXPECT_THAT(status.message(), HasSubstr("bind 192.0.2.1:0: "));
  EXPECT_THAT(status.message(), HasSubstr("no interface of this machine"));
}

TEST(ListenerTest, BindsAgainWhileOldConnectionsAreInTimeWait) {
  Address address = Address::Ipv4Loopback(0);
  {
    Listener listener = ListenOnLoopback();
    address = listener.local_address();
    const UniqueFd client = tests::Connect(address);
    AcceptResult accepted = listener.TryAccept();
    ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted);
    accepted.connection.reset();  // the server closes first, so TIME_WAIT stays on its port
    EXPECT_EQ(tests::ReceiveAll(client), "");
  }
  EXPECT_FALSE(Listener::Bind(address, {.reuse_address = false}).ok());
  EXPECT_TRUE(Listener::Bind(address, {}).ok());
}

TEST(ListenerTest, CutsABacklogAboveTheSystemsLimitAndWarns) {
  testing::internal::CaptureStderr();
  const absl::StatusOr<Listener> listener =
      Listener::Bind(Address::Ipv4Loopback(0), {.backlog = 1'000'000'000});
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("net.core.somaxconn"));
  ASSERT_TRUE(listener.ok());
  tcp_info info = {};
  socklen_t size = sizeof(info);
  ASSERT_EQ(::getsockopt(listener->fd(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  EXPECT_LT(info.tcpi_sacked, 1'000'000'000u) << "a listener's tcpi_sacked is its backlog";
  EXPECT_GT(info.tcpi_sacked, 0u);
}

TEST(ListenerTest, OutOfDescriptorsKeepsTheConnectionInTheQueue) {
  Listener listener = ListenOnLoopback();
  const UniqueFd client = tests::Connect(listener.local_address());
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int highest = *tests::OpenDescriptors(::getpid()).rbegin();
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(highest) + 1, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const AcceptResult refused = listener.TryAccept();
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(refused.outcome, AcceptOutcome::kOutOfDescriptors);
  EXPECT_EQ(refused.error.message(), absl::StrCat("accept4 on ", listener.local_address(),
                                                  ": Too many open files (EMFILE)"));
  EXPECT_EQ(listener.TryAccept().outcome, AcceptOutcome::kAccepted);
}

TEST(ListenerTest, AConnectionThatWasResetInTheQueueDoesNotHurt) {
  Listener listener = ListenOnLoopback();
  {
    const UniqueFd client = tests::Connect(listener.local_address());
    const linger reset = {.l_onoff = 1, .l_linger = 0};
    ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
  }
  const AcceptOutcome outcome =
      listener.TryAccept().outcome;  // Linux hands it out; others abort it
  EXPECT_TRUE(outcome == AcceptOutcome::kAccepted || outcome == AcceptOutcome::kAborted);
  const UniqueFd next = tests::Connect(listener.local_address());
  EXPECT_EQ(listener.TryAccept().outcome, AcceptOutcome::kAccepted);
}

TEST(ListenerTest, AcceptingOnAClosedListenerFails) {
  Listener listener = ListenOnLoopback();
  listener.Close();
  EXPECT_EQ(listener.fd(), -1);
  const AcceptResult accepted = listener.TryAccept();
  EXPECT_EQ(accepted.outcome, AcceptOutcome::kFailed);
  EXPECT_THAT(accepted.error.message(), HasSubstr("(EBADF)"));
}

}  // namespace
}  // namespace forklift::net
