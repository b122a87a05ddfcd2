// A stop serves the client whose handshake is under way: it has had the server's answer, and takes
// itself for connected, while the server waits for its last step.
//
// Has a network of its own, and with it what some kernels ask of who ignores new clients.
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/pending_handshakes.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;

using HandshakeTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, HandshakeTest, AllModels(), NameOfModel);

// Whether a server may ignore new clients here; without that, it does not wait for handshakes.
bool MayIgnoreNewClients() {
  auto trial = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  EXPECT_TRUE(trial.ok()) << trial.status();
  return trial.ok() && !absl::IsPermissionDenied(trial->IgnoreNewClients());
}

TEST_P(HandshakeTest, AStopServesTheClientThatIsInTheMiddleOfIt) {
  if (!MayIgnoreNewClients()) GTEST_SKIP() << "the server would need CAP_NET_ADMIN";
  RunningServer server({ModelFlag(), "--log-level=debug"});
  const net::UniqueFd client = BeginHandshake(server.address());
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(), "leaves new clients of");
  })) << server.process().Stderr();
  ASSERT_TRUE(Send(client, kRequest));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0) << server.process().Stderr();
}

TEST_P(HandshakeTest, AStopIsNotHeldUpByOneThatDoesNotEnd) {
  if (!MayIgnoreNewClients()) GTEST_SKIP() << "the server would need CAP_NET_ADMIN";
  RunningServer server({ModelFlag()});
  const net::UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ASSERT_TRUE(net::IgnoreNewClients(client.get()).ok()) << "which ignores the server's answer too";
  ASSERT_NE(::connect(client.get(), server.address().native(), server.address().native_size()), 0);
  ASSERT_TRUE(Eventually([&] { return *net::HasPendingHandshakes(server.address()); }));
  EXPECT_EQ(server.Stop(), 0);
}

// One of whom might be in the queue when the last copy of the socket goes.
TEST_P(HandshakeTest, TheStopOfANextVersionLeavesNewClientsUnanswered) {
  if (!MayIgnoreNewClients()) GTEST_SKIP() << "the server would need CAP_NET_ADMIN";
  ASSERT_TRUE(proc::BecomeSubreaper().ok());
  RunningServer server({ModelFlag(), "--log-level=debug"});
  server.process().Signal(SIGUSR2);
  EXPECT_EQ(server.process().Wait().code(), 0) << server.process().Stderr();
  const std::vector<pid_t> next = Children(::getpid());
  ASSERT_EQ(next.size(), 1u);
  EXPECT_TRUE(AnswersNewClients(server.address()));
  const net::UniqueFd client = BeginHandshake(server.address());  // which the stop waits for
  ASSERT_EQ(::kill(next[0], SIGTERM), 0);
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(), "leaves new clients of");
  })) << server.process().Stderr();
  EXPECT_FALSE(AnswersNewClients(server.address()));
  EXPECT_TRUE(Send(client, kRequest));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  int status = -1;
  ASSERT_EQ(::waitpid(next[0], &status, 0), next[0]);
  EXPECT_EQ(status, 0) << server.process().Stderr();
}

}  // namespace
}  // namespace forklift::tests
