// The server serves, by each of its concurrency models: connections that stay open, many at once,
// and nothing is left of them.
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
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

using testing::AllOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

size_t CountIn(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

using ServeTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, ServeTest, AllModels(), NameOfModel);

TEST_P(ServeTest, AConnectionHasManyRequests) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Send(client, kKeepAliveRequest));
    EXPECT_THAT(ReceiveUntil(client, kGreeting),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), Not(HasSubstr("Connection: close"))));
  }
  ASSERT_TRUE(Send(client, kRequest));
  EXPECT_THAT(ReceiveAll(client), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                                        HasSubstr("Connection: close\r\n"), EndsWith(kGreeting)));
}

TEST_P(ServeTest, TheLastOfAConnectionsRequestsSaysSo) {
  const RunningServer server({ModelFlag(), "--keep-alive-requests=2"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), Not(HasSubstr("Connection: close")));
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  EXPECT_THAT(ReceiveAll(client), AllOf(HasSubstr("Connection: close"), EndsWith(kGreeting)));
}

TEST_P(ServeTest, RequestsThatCameTogetherAreAnsweredInOrder) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  std::string requests;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&requests, kKeepAliveRequest);
  absl::StrAppend(&requests, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(Send(client, requests));
  const std::string answers = ReceiveAll(client);
  EXPECT_EQ(CountIn(answers, "HTTP/1.1 200 OK\r\n"), 101u);
  EXPECT_EQ(CountIn(answers, kGreeting), 100u);
  EXPECT_THAT(answers, EndsWith("\r\n\r\n")) << "that to HEAD is the last";
}

TEST_P(ServeTest, BodiesBeforeTheNextRequest) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n",
                                        "\r\n", std::string(100'000, 'x'))));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), StartsWith("HTTP/1.1 200 OK\r\n"));
  ASSERT_TRUE(
      Send(client, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n"));
  ASSERT_TRUE(Send(client, "abc\r\n0\r\n\r\n"));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), StartsWith("HTTP/1.1 200 OK\r\n"));
  ASSERT_TRUE(Send(client, kRequest));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
}

// The client is still sending when it is told.
TEST_P(ServeTest, ABodyThatIsTooLarge) {
  const RunningServer server({ModelFlag(), "--max-body=1000"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n"));
  ASSERT_TRUE(Send(client, std::string(50'000'000, 'x')));
  EXPECT_THAT(ReceiveAll(client), AllOf(StartsWith("HTTP/1.1 413 "), Not(EndsWith("<reset>"))));
}

// Which is found out in the middle.
TEST_P(ServeTest, AChunkedBodyThatBecomesTooLarge) {
  const RunningServer server({ModelFlag(), "--max-body=25000000"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = absl::StrCat("f4240\r\n", std::string(1'000'000, 'x'), "\r\n");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Send(client, chunk)) << i;
  EXPECT_THAT(ReceiveAll(client), AllOf(StartsWith("HTTP/1.1 413 "), Not(EndsWith("<reset>"))));
}

TEST_P(ServeTest, AClientThatHasSentItsEndGetsItsAnswers) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, absl::StrCat(kKeepAliveRequest, kKeepAliveRequest)));
  CloseSending(client);
  EXPECT_EQ(CountIn(ReceiveAll(client), kGreeting), 2u);
}

TEST_P(ServeTest, AnEndInTheMiddleOfABody) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello"));
  CloseSending(client);
  EXPECT_THAT(ReceiveAll(client), StartsWith("HTTP/1.1 400 "));
}

TEST_P(ServeTest, ClientsThatReset) {
  RunningServer server({ModelFlag()});
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  for (int i = 0; i < 100; ++i) {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, i % 2 == 0 ? kRequest : "GET /hel"));
    ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
  }
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_EQ(server.Stop(), 0);
}

// What the server's processes hold.
std::vector<std::set<int>> Descriptors(RunningServer& server) {
  std::vector<std::set<int>> descriptors = {OpenDescriptors(server.process().pid())};
  for (const pid_t worker : server.Workers()) descriptors.push_back(OpenDescriptors(worker));
  return descriptors;
}

TEST_P(ServeTest, ThousandsLeaveNoZombieAndNoDescriptor) {
  RunningServer server({ModelFlag(), "--workers=1"});
  ASSERT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  ASSERT_TRUE(server.HasNoConnections());
  const std::vector<pid_t> workers = server.Workers();
  const std::vector<std::set<int>> before = Descriptors(server);
  for (int batch = 0; batch < 20; ++batch) {
    ASSERT_THAT(server.GetAtOnce(150), Each(EndsWith(kGreeting))) << "batch " << batch;
  }
  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_EQ(server.Workers(), workers);
  EXPECT_TRUE(Eventually([&] { return Descriptors(server) == before; }));
}

using ConcurrentServeTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, ConcurrentServeTest, ConcurrentModels(), NameOfModel);

TEST_P(ConcurrentServeTest, BeyondItsMostConnectionsClientsAreTold503) {
  RunningServer server({ModelFlag(), "--workers=1", "--max-connections=2"});
  const net::UniqueFd first = Connect(server.address());
  const net::UniqueFd second = Connect(server.address());
  for (const net::UniqueFd* client : {&first, &second}) {
    ASSERT_TRUE(Send(*client, kKeepAliveRequest));
    ASSERT_THAT(ReceiveUntil(*client, kGreeting), EndsWith(kGreeting));
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(Exchange(server.address(), kRequest),
                AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Connection: close\r\n")));
  }
  EXPECT_THAT(server.process().Stderr(), HasSubstr("all 2 connections are in use; answering 503"));
  for (const net::UniqueFd* client : {&first, &second}) {
    ASSERT_TRUE(Send(*client, kRequest));
    EXPECT_THAT(ReceiveAll(*client), EndsWith(kGreeting));
  }
  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_TRUE(
      Eventually([&] { return absl::EndsWith(Exchange(server.address(), kRequest), kGreeting); }));
}

TEST_P(ConcurrentServeTest, ManyConnectionsThatStayOpen) {
  const RunningServer server({ModelFlag()});
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(Connect(server.address()));
  for (int round = 0; round < 3; ++round) {
    for (const net::UniqueFd& client : clients) ASSERT_TRUE(Send(client, kKeepAliveRequest));
    for (const net::UniqueFd& client : clients)
      ASSERT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  }
}

TEST(ForkModelTest, AConnectionsChildInheritsNoMoreThanItNeeds) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  ASSERT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  const std::vector<pid_t> children = server.Connections();
  ASSERT_EQ(children.size(), 1u);
  size_t sockets = 0;
  for (const int fd : OpenDescriptors(children[0])) {
    if (fd > 2 && absl::StartsWith(DescriptorTarget(children[0], fd), "socket:")) ++sockets;
  }
  EXPECT_EQ(sockets, 2u) << "its connection, and the channel by which the worker hears of a stop";
}

TEST(ForkModelTest, AKilledChildIsReapedAndReported) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return server.Connections().size() == 1; }));
  const pid_t child = server.Connections()[0];
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(),
                             absl::StrCat("child ", child, " killed by signal 9"));
  }));
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
}

}  // namespace
}  // namespace forklift::tests
