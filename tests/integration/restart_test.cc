// The server is stopped and started again and again under load, as supervisors do: whoever was let
// in and has asked is answered whole, whether somebody keeps the listener meanwhile or not.
//
// Has a network of its own, as a port must be the same at each start, and nobody else's.
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/load_client.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::IsEmpty;

constexpr int kStops = 20;
constexpr size_t kClientsOfAKind = 8;

class RestartTest : public ModelTest {
 protected:
  // A shell that starts the server anew each time that it has ended well.
  static std::vector<std::string> Restarting(const std::string& bind) {
    return {"sh",
            "-c",
            absl::StrCat("for start in $(seq 0 ", kStops, "); do \"$@\" || exit; done"),
            "sh",
            ServerBinary(),
            ModelFlag(),
            absl::StrCat("--bind=", bind),
            "--keep-alive-requests=100",
            "--access-log=off"};
  }

  // The last time without a client, and for good.
  static void StopAgainAndAgain(TestProcess& shell, const net::Address& address,
                                LoadClient& client) {
    for (int i = 0; i <= kStops; ++i) {
      ASSERT_EQ(shell.ReadLine(), absl::StrCat("Serving HTTP on port ", address.port(), " ..."))
          << shell.Stderr();
      ASSERT_TRUE(client.HasAnswers(20));
      if (i == kStops) client.Stop();
      const std::vector<pid_t> servers = Children(shell.pid());
      ASSERT_EQ(servers.size(), 1u);
      ASSERT_EQ(::kill(servers[0], SIGTERM), 0);
    }
    EXPECT_EQ(shell.Wait().code(), 0) << "a stop was not clean: " << shell.Stderr();
    EXPECT_THAT(client.Failures(), IsEmpty());
    EXPECT_LE(client.SentAgain(), kStops * kClientsOfAKind);
  }
};

INSTANTIATE_TEST_SUITE_P(Models, RestartTest, AllModels(), NameOfModel);

// By a port that no client is given meanwhile, as an ephemeral one may be; in a network of the
// test's own.
TEST_P(RestartTest, NoRequestIsLost) {
  const net::Address address = net::Address::Ipv4Loopback(8888);
  auto trial = net::Listener::Bind(address, {});
  ASSERT_TRUE(trial.ok()) << trial.status();
  const absl::Status ignores = trial->IgnoreNewClients();
  if (absl::IsPermissionDenied(ignores)) GTEST_SKIP() << "nor may the server: " << ignores;
  trial->Close();
  TestProcess shell(Restarting(address.ToString()));
  LoadClient client(address, {.threads_of_a_kind = kClientsOfAKind, .may_be_refused = true});
  StopAgainAndAgain(shell, address, client);
  EXPECT_TRUE(net::Listener::Bind(address, {}).ok()) << "the port is free";
}

// As systemd keeps it for a socket unit.
TEST_P(RestartTest, WhereTheListenerIsKeptNobodyIsRefused) {
  const auto listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  const net::Address address = listener->local_address();
  const net::UniqueFd inherited(::fcntl(listener->fd(), F_DUPFD, 10));
  TestProcess shell(Restarting(absl::StrCat("fd:", inherited.get())));
  LoadClient client(address, {.threads_of_a_kind = kClientsOfAKind});
  StopAgainAndAgain(shell, address, client);
}

}  // namespace
}  // namespace forklift::tests
