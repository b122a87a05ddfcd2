#include "forklift/net/connector.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/full_listener.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::HasSubstr;

Deadline Patience() { return Deadline::After(tests::kPatience); }
Deadline Soon() { return Deadline::After(absl::Milliseconds(30)); }

Listener Listen(const Address& address = Address::Ipv4Loopback(0), int backlog = 128) {
  absl::StatusOr<Listener> listener = Listener::Bind(address, {.backlog = backlog});
  EXPECT_TRUE(listener.ok()) << listener.status();
  return *std::move(listener);
}

Address UniqueAbstractAddress() {
  static int count = 0;
  return *Address::Parse(absl::StrCat("unix:@forklift-connector-test-", ::getpid(), "-", ++count));
}

// A port that nobody listens on, nor can while this lives.
struct DeafPort {
  DeafPort() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const Address any = Address::Ipv4Loopback(0);
    EXPECT_EQ(::bind(socket.get(), any.native(), any.native_size()), 0);
  }
  Address address() const { return *Address::Local(socket.get()); }

  UniqueFd socket;
};

TEST(ConnectorTest, HandsOverAConnectionThatIsReadyForUse) {
  Listener listener = Listen();
  ConnectResult result = Connect({listener.local_address()}, {}, Patience());
  ASSERT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
  EXPECT_TRUE(result.error.ok());
  const int fd = result.connection.get();
  EXPECT_EQ(*Address::Peer(fd), listener.local_address());
  EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  ASSERT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_TRUE(no_delay);
  EXPECT_EQ(listener.TryAccept().peer, *Address::Local(fd));
}

TEST(ConnectorTest, ConnectsInAPollLoop) {
  const Listener tcp = Listen();
  const Listener local = Listen(UniqueAbstractAddress());
  for (const Listener* listener : {&tcp, &local}) {
    Connector connector({listener->local_address()}, {}, Patience());
    EXPECT_EQ(connector.fd(), -1) << "nothing happens before the first Advance";
    EXPECT_TRUE(connector.deadline().expired()) << "which is due at once";
    ConnectResult result = connector.Advance();
    while (result.outcome == ConnectOutcome::kInProgress) {
      ASSERT_TRUE(*WaitReady(connector.fd(), POLLOUT, connector.deadline()));
      result = connector.Advance();
    }
    EXPECT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
    EXPECT_EQ(connector.fd(), -1) << "handed over";
  }
}

TEST(ConnectorTest, ARefusedPortIsRefusedAtOnceAndLeavesNothing) {
  const DeafPort deaf;
  const tests::Holdings before = tests::Holdings::Now();
  const ConnectResult result = Connect({deaf.address()}, {}, Deadline::Infinite());
  EXPECT_EQ(result.outcome, ConnectOutcome::kRefused);
  EXPECT_EQ(result.error.message(),
            absl::StrCat("connect ", deaf.address(), ": Connection refused (ECONNREFUSED)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(ConnectorTest, AFullBacklogTimesOutAndLeavesNothing) {
  for (const Address& address : {Address::Ipv4Loopback(0), UniqueAbstractAddress()}) {
    const tests::FullListener full(address);
    const tests::Holdings before = tests::Holdings::Now();
    const Deadline deadline = Soon();
    const ConnectResult result = Connect({full.address()}, {}, deadline);
    EXPECT_EQ(result.outcome, ConnectOutcome::kTimedOut) << result.error;
    EXPECT_EQ(result.error.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_THAT(result.error.message(), HasSubstr(full.address().ToString()));
    EXPECT_TRUE(deadline.expired());
    EXPECT_EQ(tests::Holdings::Now(), before);
  }
}

TEST(ConnectorTest, ADeadlineThatHasPassedDoesNotWait) {
  const tests::FullListener full(Address::Ipv4Loopback(0));
  EXPECT_EQ(Connect({full.address()}, {}, Deadline::After(absl::ZeroDuration())).outcome,
            ConnectOutcome::kTimedOut);
}

// connect gives EAGAIN, and a poll of the socket would be ready at once, for nothing.
TEST(ConnectorTest, AFullUnixBacklogIsTriedAgainUntilThereIsRoom) {
  tests::FullListener full(UniqueAbstractAddress());
  Connector connector({full.address()}, {}, Patience());
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(connector.Advance().outcome, ConnectOutcome::kInProgress);
    EXPECT_EQ(connector.fd(), -1) << "there is nothing to poll";
    EXPECT_LT(connector.deadline(), Deadline::After(absl::Seconds(1)));
    EXPECT_FALSE(*WaitReady(connector.fd(), POLLOUT, connector.deadline()));
  }
  ASSERT_EQ(full.listener().TryAccept().outcome, AcceptOutcome::kAccepted);
  ConnectResult result = connector.Advance();
  while (result.outcome == ConnectOutcome::kInProgress) {
    EXPECT_FALSE(*WaitReady(connector.fd(), POLLOUT, connector.deadline()));
    result = connector.Advance();
  }
  EXPECT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
}

TEST(ConnectorTest, AUnixPathWithoutAServerIsRefusedAndLeavesNothing) {
  char folder[] = "/tmp/forklift-connector-test-XXXXXX";  // short enough for a Unix path
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  const Address address = *Address::Parse(absl::StrCat("unix:", path));
  const tests::Holdings before = tests::Holdings::Now();
  ConnectResult result = Connect({address}, {}, Deadline::Infinite());
  EXPECT_EQ(result.outcome, ConnectOutcome::kRefused);
  EXPECT_THAT(result.error.message(), HasSubstr("(ENOENT); no such path: is the server running?"));
  {
    const UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(dead.get(), address.native(), address.native_size()), 0);
  }
  result = Connect({address}, {}, Deadline::Infinite());
  ::unlink(path.c_str());
  ::rmdir(folder);
  EXPECT_EQ(result.outcome, ConnectOutcome::kRefused);
  EXPECT_THAT(result.error.message(), HasSubstr("(ECONNREFUSED)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(ConnectorTest, TriesAddressesInTurn) {
  const DeafPort deaf;
  const Listener listener = Listen();
  const ConnectResult result = Connect({deaf.address(), listener.local_address()}, {}, Patience());
  ASSERT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
  EXPECT_EQ(*Address::Peer(result.connection.get()), listener.local_address());
}

TEST(ConnectorTest, AnAddressThatNeverAnswersLeavesTimeForTheNext) {
  const tests::FullListener full(Address::Ipv4Loopback(0));
  const Listener listener = Listen();
  const ConnectResult result =
      Connect({full.address(), listener.local_address()}, {}, Deadline::After(absl::Seconds(2)));
  ASSERT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
  EXPECT_EQ(*Address::Peer(result.connection.get()), listener.local_address());
}

TEST(ConnectorTest, TellsWhatEachAddressCameTo) {
  const DeafPort first;
  const DeafPort second;
  const tests::Holdings before = tests::Holdings::Now();
  const ConnectResult result = Connect({first.address(), second.address()}, {}, Patience());
  EXPECT_EQ(result.outcome, ConnectOutcome::kRefused);
  EXPECT_EQ(result.error.message(),
            absl::StrCat("connect ", first.address(), ": Connection refused (ECONNREFUSED); ",
                         "connect ", second.address(), ": Connection refused (ECONNREFUSED)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(ConnectorTest, ConnectsFromTheLocalAddress) {
  Listener listener = Listen();
  const Address local = *Address::Parse("127.0.0.2:0");
  const ConnectResult result = Connect({listener.local_address()}, {.local = local}, Patience());
  ASSERT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
  const absl::StatusOr<Address> used = Address::Local(result.connection.get());
  EXPECT_EQ(used->WithPort(0), local);
  EXPECT_NE(used->port(), 0);
}

TEST(ConnectorTest, TakesTheReceiveBufferThatItIsTold) {
  Listener listener = Listen();
  const ConnectResult result =
      Connect({listener.local_address()}, {.receive_buffer = 1024}, Patience());
  ASSERT_EQ(result.outcome, ConnectOutcome::kConnected) << result.error;
  int bytes = 0;
  socklen_t size = sizeof(bytes);
  ASSERT_EQ(::getsockopt(result.connection.get(), SOL_SOCKET, SO_RCVBUF, &bytes, &size), 0);
  EXPECT_LE(bytes, 4096) << "the kernel doubles it, and has a minimum";
}

TEST(ConnectorTest, ALocalAddressThatIsNotOursIsAClearErrorAndLeavesNothing) {
  const Listener listener = Listen();
  const tests::Holdings before = tests::Holdings::Now();
  const ConnectResult result =
      Connect({listener.local_address()}, {.local = *Address::Parse("192.0.2.1:0")}, Patience());
  EXPECT_EQ(result.outcome, ConnectOutcome::kFailed);
  EXPECT_THAT(result.error.message(), HasSubstr("bind 192.0.2.1:0 to connect to 127.0.0.1:"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

// What happens by chance when a port of the ephemeral range has no listener.
TEST(ConnectorTest, AConnectionToItselfIsRefusedAndFreesThePort) {
  const Address address = DeafPort().address();  // whose socket is closed again
  const tests::Holdings before = tests::Holdings::Now();
  const ConnectResult result = Connect({address}, {.local = address}, Patience());
  EXPECT_EQ(result.outcome, ConnectOutcome::kRefused);
  EXPECT_THAT(result.error.message(), HasSubstr("TCP had connected the socket to itself"));
  EXPECT_EQ(tests::Holdings::Now(), before);
  EXPECT_TRUE(Listener::Bind(address, {.reuse_address = false}).ok()) << "no TIME_WAIT is left";
}

TEST(ConnectorTest, OutOfDescriptorsIsAClearErrorAndLeavesNothing) {
  const Listener listener = Listen();
  const tests::Holdings before = tests::Holdings::Now();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(*before.descriptors.rbegin()) + 1,
                        .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const ConnectResult result = Connect({listener.local_address()}, {}, Patience());
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(result.outcome, ConnectOutcome::kFailed);
  EXPECT_THAT(result.error.message(), HasSubstr("(EMFILE)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(ConnectorTest, InterruptionsDoNotMoveTheDeadline) {
  const tests::FullListener full(Address::Ipv4Loopback(0));
  struct sigaction action = {}, previous;
  action.sa_handler = [](int) {};  // and no SA_RESTART
  ASSERT_EQ(::sigaction(SIGALRM, &action, &previous), 0);
  const itimerval often = {.it_interval = {0, 1000}, .it_value = {0, 1000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);
  const Deadline deadline = Soon();
  const ConnectResult result = Connect({full.address()}, {}, deadline);
  const itimerval off = {};
  ::setitimer(ITIMER_REAL, &off, nullptr);
  ::sigaction(SIGALRM, &previous, nullptr);
  EXPECT_EQ(result.outcome, ConnectOutcome::kTimedOut) << result.error;
  EXPECT_TRUE(deadline.expired());
}

// Exit codes of what runs in a network namespace of its own.
constexpr int kNoNamespace = 77;

// Only in a child: the whole process moves. False where this system does not let it.
bool EnterOwnNetwork() {
  if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const UniqueFd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP;
  return ::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

int UnreachableInOwnNetwork() {
  if (!EnterOwnNetwork()) return kNoNamespace;
  const ConnectResult result = Connect({*Address::Parse("192.0.2.1:80")}, {}, Patience());
  return result.outcome == ConnectOutcome::kUnreachable ? 0 : 1;
}

int ExhaustPortsInOwnNetwork() {
  if (!EnterOwnNetwork()) return kNoNamespace;
  std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
  range << "50000 50000" << std::flush;
  if (!range) return kNoNamespace;
  const absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(60000), {});
  if (!listener.ok()) return 1;
  const ConnectOptions from_loopback = {.local = Address::Ipv4Loopback(0)};
  for (const ConnectOptions& options : {ConnectOptions{}, from_loopback}) {
    const ConnectResult first = Connect({listener->local_address()}, options, Patience());
    if (first.outcome != ConnectOutcome::kConnected) return 2;
    const ConnectResult second = Connect({listener->local_address()}, options, Patience());
    if (second.outcome != ConnectOutcome::kNoEphemeralPorts) return 3;
    // The reset frees the port for the next round.
    const linger reset = {.l_onoff = 1, .l_linger = 0};
    ::setsockopt(first.connection.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  }
  return 0;
}

struct Scene {
  const char* name;
  int (*play)();
};

class OwnNetworkTest : public testing::TestWithParam<Scene> {};
INSTANTIATE_TEST_SUITE_P(Outcomes, OwnNetworkTest,
                         testing::Values(Scene{"Unreachable", UnreachableInOwnNetwork},
                                         Scene{"NoEphemeralPorts", ExhaustPortsInOwnNetwork}),
                         [](const auto& info) { return info.param.name; });

TEST_P(OwnNetworkTest, IsTold) {
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) ::_exit(GetParam().play());
  int status = -1;
  ASSERT_EQ(RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoNamespace)
    GTEST_SKIP() << "needs a network namespace and its /proc/sys, which this system refuses";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the step of " << GetParam().name << " that failed";
}

TEST(ConnectorDeathTest, MistakesOfTheCallerDie) {
  EXPECT_DEATH(Connector({}, {}, Deadline::Infinite()), "no address to connect to");
  const DeafPort deaf;
  EXPECT_DEATH(
      {
        Connector connector({deaf.address()}, {}, Patience());
        while (connector.Advance().outcome == ConnectOutcome::kInProgress) {
        }
        (void)connector.Advance();
      },
      "after its last result");
}

}  // namespace
}  // namespace forklift::net
