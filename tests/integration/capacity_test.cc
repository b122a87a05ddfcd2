// The limit on connections is one for all workers: nobody is told 503 while there is room, and no
// client that waits in the queue is lost when workers come and go, or the server.
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
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
using testing::StartsWith;

// Those that have ended meanwhile are the server's to replace.
void SignalWorkers(const RunningServer& server, int signal) {
  for (const pid_t worker : server.Workers()) ::kill(worker, signal);
}

// Connections that wait in the listener's queue, as nobody accepts; each has sent its request.
std::vector<net::UniqueFd> QueueClients(const RunningServer& server, int count) {
  SignalWorkers(server, SIGSTOP);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(Connect(server.address()));
    EXPECT_TRUE(Send(clients.back(), kRequest));
  }
  return clients;
}

// Idle connections that have had a request, as many of `count` as the server takes.
std::vector<net::UniqueFd> OpenIdleClients(const RunningServer& server, size_t count) {
  std::vector<net::UniqueFd> clients;
  while (clients.size() < count) {
    net::UniqueFd client = Connect(server.address());
    EXPECT_TRUE(Send(client, kKeepAliveRequest));
    if (!absl::EndsWith(ReceiveUntil(client, kGreeting), kGreeting)) break;
    clients.push_back(std::move(client));
  }
  return clients;
}

using CapacityTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, CapacityTest, ConcurrentModels(), NameOfModel);

TEST_P(CapacityTest, TheLimitIsOneForAllWorkers) {
  RunningServer server(
      {ModelFlag(), "--workers=8", "--max-connections=64", "--keep-alive=1h", "--kill-timeout=1s"});
  std::vector<net::UniqueFd> clients = OpenIdleClients(server, 64);
  ASSERT_EQ(clients.size(), 64u) << "refused while there is room";
  EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 503 "));
  clients.pop_back();
  EXPECT_TRUE(
      Eventually([&] { return absl::EndsWith(Exchange(server.address(), kRequest), kGreeting); }));
}

size_t SocketsOf(pid_t process) {
  size_t count = 0;
  for (const int fd : OpenDescriptors(process)) {
    if (absl::StartsWith(DescriptorTarget(process, fd), "socket:")) ++count;
  }
  return count;
}

// The kernel would give them all to the first that waits, where each is idle before the next comes.
TEST(BalanceTest, IdleConnectionsAreSharedAmongTheWorkers) {
  for (const char* model : {"prefork", "thread", "event"}) {
    RunningServer server({absl::StrCat("--model=", model), "--workers=2", "--keep-alive=1h"});
    std::vector<size_t> before;
    for (const pid_t worker : server.Workers()) before.push_back(SocketsOf(worker));
    ASSERT_EQ(before.size(), 2u);
    const std::vector<net::UniqueFd> clients = OpenIdleClients(server, 64);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_GE(SocketsOf(server.Workers()[i]) - before[i], 4u) << model;
    }
  }
}

TEST_P(CapacityTest, MoreWorkersServeNoMoreThanThat) {
  RunningServer server({ModelFlag(), "--workers=1", "--max-connections=4", "--keep-alive=1h"});
  server.process().Signal(SIGTTIN);
  ASSERT_TRUE(Eventually([&] { return server.Workers().size() == 2; }));
  EXPECT_EQ(OpenIdleClients(server, 10).size(), 4u);
}

TEST_P(CapacityTest, AKilledWorkerGivesBackWhatItHad) {
  RunningServer server({ModelFlag(), "--workers=2", "--max-connections=8", "--keep-alive=1h"});
  for (int i = 0; i < 3; ++i) {
    std::vector<net::UniqueFd> clients;
    ASSERT_TRUE(Eventually([&] {
      clients = OpenIdleClients(server, 8);
      return clients.size() == 8;
    }));
    SignalWorkers(server, SIGKILL);
    for (const net::UniqueFd& client : clients) ReceiveAll(client);
  }
  EXPECT_TRUE(Eventually([&] { return OpenIdleClients(server, 8).size() == 8; }));
}

TEST_P(CapacityTest, AtAStopTheWholeQueueIsServedBeyondTheLimit) {
  RunningServer server({ModelFlag(), "--workers=4", "--max-connections=10"});
  const std::vector<net::UniqueFd> clients = QueueClients(server, 200);
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "stopping"); }));
  SignalWorkers(server, SIGCONT);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST_P(CapacityTest, AtAReloadTheQueueIsForAllWorkers) {
  RunningServer server({ModelFlag(), "--workers=4"});
  const std::vector<net::UniqueFd> clients = QueueClients(server, 600);
  server.process().Signal(SIGHUP);
  ASSERT_TRUE(
      Eventually([&] { return absl::StrContains(server.process().Stderr(), "reloading"); }));
  SignalWorkers(server, SIGCONT);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(CapacityTest, AWorkerThatMayHaveAllRequestsStays) {
  RunningServer server({ModelFlag(), "--workers=1", "--max-requests=18446744073709551615",
                        "--max-requests-jitter=10"});
  const std::vector<pid_t> workers = server.Workers();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  }
  EXPECT_EQ(server.Workers(), workers);
}

using BacklogTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, BacklogTest, AllModels(), NameOfModel);

TEST_P(BacklogTest, ThatOfAnyNumberIsServedAtAStop) {
  RunningServer server({ModelFlag(), "--backlog=2147483647"});
  const std::vector<net::UniqueFd> clients = QueueClients(server, 40);
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "stopping"); }));
  SignalWorkers(server, SIGCONT);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

}  // namespace
}  // namespace forklift::tests
