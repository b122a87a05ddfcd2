// client3, doing what its help text says.
#include <poll.h>
#include <stdlib.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(FloodClientTest, HoldsAllConnectionsAtOnce) {
  absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  TestProcess client({::getenv("CLIENT"), absl::StrCat("--port=", listener->local_address().port()),
                      "--max-clients=3", "--max-conns=4"});
  // Nobody is answered before all twelve have asked.
  std::vector<net::UniqueFd> connections;
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(net::WaitReady(listener->fd(), POLLIN, net::Deadline::After(kPatience)).value());
    net::AcceptResult accepted = listener->TryAccept();
    ASSERT_EQ(accepted.outcome, net::AcceptOutcome::kAccepted);
    connections.push_back(std::move(accepted.connection));
  }
  constexpr char kRequest[] = "GET /hello HTTP/1.1\nHost: localhost:8888\n\n";
  for (const net::UniqueFd& connection : connections) {
    EXPECT_EQ(ReceiveUntil(connection, "\n\n"), kRequest);
    EXPECT_FALSE(IsReadable(connection));  // it is open still
  }
  for (const net::UniqueFd& connection : connections) ASSERT_TRUE(Send(connection, "Hello"));
  std::vector<std::string> lines = absl::StrSplit(client.ReadAll(), '\n', absl::SkipEmpty());
  EXPECT_TRUE(client.Wait().success());
  std::sort(lines.begin(), lines.end());
  EXPECT_THAT(lines, ElementsAre("0", "0", "0", "1", "1", "1", "2", "2", "2", "3", "3", "3"));
}

TEST(FloodClientTest, EveryClientIsServed) {
  RunningServer server;
  const Finished client =
      RunProgram({::getenv("CLIENT"), absl::StrCat("--port=", server.address().port()),
                  "--max-clients=16", "--max-conns=8"});
  EXPECT_EQ(client.status.code(), 0);
  EXPECT_EQ(client.error, "");
  EXPECT_EQ(std::count(client.output.begin(), client.output.end(), '\n'), 16 * 8);
}

TEST(FloodClientTest, CountsTheClientsThatFail) {
  absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  const std::string port = absl::StrCat("--port=", listener->local_address().port());
  listener->Close();
  const Finished client = RunProgram({::getenv("CLIENT"), port, "--max-clients=2"});
  EXPECT_EQ(client.status.code(), 1);
  EXPECT_THAT(client.error, HasSubstr("client 1: connect "));
  EXPECT_THAT(client.error, HasSubstr("flood_client: 2 of 2 clients failed\n"));
}

TEST(FloodClientTest, DefaultsAreTheArticles) {
  const std::string help = RunProgram({::getenv("CLIENT"), "--help"}).output;
  EXPECT_THAT(help, testing::ContainsRegex("--port .*\\(default: 8888\\)"));
  EXPECT_THAT(help, testing::ContainsRegex("--max-clients .*\\(default: 1\\)"));
  EXPECT_THAT(help, testing::ContainsRegex("--max-conns .*\\(default: 1024\\)"));
}

}  // namespace
}  // namespace forklift::tests
