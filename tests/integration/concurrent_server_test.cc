// The concurrent server as its users meet it: it starts, serves many at once, leaves nothing, and
// stops.
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
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
using testing::StartsWith;

// One line, which names the program.
auto OneLine(std::string_view text) {
  return AllOf(
      StartsWith("concurrent_server: "), HasSubstr(std::string(text)), EndsWith("\n"),
      testing::ResultOf(
          [](const std::string& all) { return std::count(all.begin(), all.end(), '\n'); }, 1));
}

Finished RunServer(const std::string& flag) { return RunProgram({ServerBinary(), flag}); }

TEST(StartTest, HelpShowsTheFlags) {
  const Finished help = RunServer("--help");
  EXPECT_EQ(help.status.code(), 0);
  for (std::string_view flag :
       {"--port", "--bind", "--backlog", "--max-connections", "--drain-timeout"}) {
    EXPECT_THAT(help.output, HasSubstr(std::string(flag)));
  }
  EXPECT_EQ(help.error, "");
}

TEST(StartTest, APortInUse) {
  const RunningServer first;
  const Finished second = RunServer(absl::StrCat("--bind=", first.address()));
  EXPECT_EQ(second.status.code(), 1);
  EXPECT_EQ(second.output, "");
  EXPECT_THAT(second.error,
              OneLine(absl::StrCat("bind ", first.address(), ": Address already in use")));
}

TEST(StartTest, BadUsage) {
  EXPECT_THAT(RunServer("--bind=localhost").error, OneLine("address 'localhost'"));
  for (const char* flag : {"--bind=300.0.0.1:80", "--port=99999", "--no-such-flag",
                           "--max-connections=0", "--max-connections=-1", "--backlog=0",
                           "--drain-timeout=-1s", "--port=", "--header-timeout=soon", "word"}) {
    const Finished server = RunServer(flag);
    EXPECT_EQ(server.status.code(), 2) << flag;
    EXPECT_EQ(server.output, "") << flag;
    EXPECT_THAT(server.error, OneLine("")) << flag;
  }
}

// A shell can start a program with any of its standard descriptors closed. None may become a
// socket.
TEST(StartTest, ClosedStandardDescriptors) {
  for (const char* redirection : {"<&-", "2>&-", "<&- 2>&-"}) {
    const RunningServer server({}, {},
                               {"sh", "-c", absl::StrCat("exec \"$@\" ", redirection), "sh"});
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting)) << redirection;
  }
}

TEST(StartTest, WithoutStandardDescriptorsItOpensThreeAndWhatItNeeds) {
  const auto address = net::Address::Parse(absl::StrCat("unix:@forklift-test-", ::getpid()));
  ASSERT_TRUE(address.ok()) << address.status();
  TestProcess server(
      {"sh", "-c", absl::StrCat("exec ", ServerBinary(), " --bind=", *address, " <&- >&- 2>&-")});
  ASSERT_TRUE(Eventually([&] { return CatchesSignal(server.pid(), SIGTERM); })) << "it listens";
  EXPECT_THAT(Exchange(*address, kRequest), EndsWith(kGreeting));
  // Then it is in its loop, with everything open, and has closed the connection.
  ASSERT_TRUE(Eventually([&] { return Children(server.pid()).empty(); }));
  EXPECT_EQ(OpenDescriptors(server.pid()).size(), 7u)
      << "0, 1, 2, the listener, its reserve and the self-pipe";
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().code(), 0);
}

TEST(StartTest, AReaderOfTheLogThatHasGone) {
  RunningServer server({"--max-connections=1"}, {},
                       {"bash", "-c", "exec \"$@\" 2> >(true)", "bash"});
  const net::UniqueFd first = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return !Children(server.process().pid()).empty(); }));
  for (int i = 0; i < 3; ++i) {  // each is worth a log line
    EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 503 "));
  }
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(Send(first, kRequest));
  EXPECT_THAT(ReceiveAll(first), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST(ServeTest, ChildrenInheritNoMoreThanTheyNeed) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  const pid_t child = Children(server.process().pid())[0];
  // 0, 1, 2 and its connection: the listener and the self-pipe are closed.
  EXPECT_TRUE(Eventually([&] { return OpenDescriptors(child).size() == 4; }));
  EXPECT_THAT(OpenDescriptors(child), testing::IsSupersetOf({0, 1, 2}));
}

TEST(ServeTest, ASlowClientHoldsUpNobody) {
  const RunningServer server;
  const net::UniqueFd slow = Connect(server.address());
  ASSERT_TRUE(Send(slow, "GET /hel"));
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  ASSERT_TRUE(Send(slow, "lo HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_THAT(ReceiveAll(slow), EndsWith(kGreeting));
}

TEST(ServeTest, ManyAtOnceLeaveNoZombieAndNoDescriptor) {
  RunningServer server;
  const std::set<int> before = OpenDescriptors(server.process().pid());
  EXPECT_THAT(server.GetAtOnce(128), Each(EndsWith(kGreeting)));
  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_EQ(OpenDescriptors(server.process().pid()), before);
}

TEST(ServeTest, FiveThousandLeaveNoZombieAndNoDescriptor) {
  RunningServer server;
  const std::set<int> before = OpenDescriptors(server.process().pid());
  for (int batch = 0; batch < 50; ++batch) {
    ASSERT_THAT(server.GetAtOnce(100), Each(EndsWith(kGreeting))) << "batch " << batch;
  }
  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_EQ(OpenDescriptors(server.process().pid()), before);
}

TEST(ServeTest, BeyondItsMostConnectionsClientsAreTold503) {
  RunningServer server({"--max-connections=2"});
  const net::UniqueFd first = Connect(server.address());
  const net::UniqueFd second = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 2; }));
  EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(server.process().Stderr(), HasSubstr("all 2 connections are in use; answering 503"));
  for (const net::UniqueFd* client : {&first, &second}) {
    ASSERT_TRUE(Send(*client, kRequest));
    EXPECT_THAT(ReceiveAll(*client), EndsWith(kGreeting));
  }
  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
}

TEST(ServeTest, AnExitedChildIsReapedAndReported) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  const pid_t child = Children(server.process().pid())[0];
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(),
                             absl::StrCat("child ", child, " killed by signal 9"));
  }));
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
}

class StopTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Signals, StopTest, testing::Values(SIGTERM, SIGINT, SIGQUIT));

TEST_P(StopTest, EndsCleanlyWhenIdle) {
  RunningServer server;
  server.process().Signal(GetParam());
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
}

TEST_P(StopTest, FinishesWhatIsInFlight) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "GET / HTTP/1.1\r\nHost: a\r\n"));
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  // As Ctrl-C and supervisors do, to the children too.
  ASSERT_EQ(::kill(Children(server.process().pid())[0], GetParam()), 0);
  server.process().Signal(GetParam());
  ASSERT_TRUE(Eventually(
      [&] { return absl::StrContains(server.process().Stderr(), "stopping: 1 connections"); }));
  ASSERT_TRUE(Send(client, "\r\n"));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST(StopOnceTest, ClientsInTheQueueAreServed) {
  RunningServer server;
  server.process().Signal(SIGSTOP);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kRequest));
  }
  server.process().Signal(SIGTERM);
  server.process().Signal(SIGCONT);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST(StopOnceTest, TheWholeQueueIsServed) {
  for (int backlog : {1, 5}) {
    RunningServer server({absl::StrCat("--backlog=", backlog)});
    server.process().Signal(SIGSTOP);
    std::vector<net::UniqueFd> clients;
    for (int i = 0; i <= backlog; ++i) {  // the kernel takes one more
      clients.push_back(Connect(server.address()));
      ASSERT_TRUE(Send(clients.back(), kRequest));
    }
    server.process().Signal(SIGTERM);
    server.process().Signal(SIGCONT);
    for (const net::UniqueFd& client : clients)
      EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
    EXPECT_EQ(server.process().Wait().code(), 0);
  }
}

TEST(StopOnceTest, AKilledParentTakesItsChildrenAlong) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  const pid_t child = Children(server.process().pid())[0];
  ASSERT_TRUE(Eventually([&] { return OpenDescriptors(child).size() == 4; })) << "it is at work";
  server.process().Signal(SIGKILL);
  EXPECT_EQ(server.process().Wait().signal(), SIGKILL);
  EXPECT_EQ(ReceiveAll(client), "");
  EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
}

TEST(StopOnceTest, ATerminationAndAnInterruptAreNotTwoInterrupts) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "stopping"); }));
  server.process().Signal(SIGINT);
  ASSERT_TRUE(Send(client, kRequest));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST(StopOnceTest, ASecondInterruptStopsAtOnce) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  server.process().Signal(SIGINT);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "stopping"); }));
  server.process().Signal(SIGINT);
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_THAT(server.process().Stderr(), HasSubstr("killing 1 connections"));
  EXPECT_EQ(ReceiveAll(client), "");
}

TEST(StopOnceTest, ConnectionsThatDoNotFinishAreKilledAfterTheDrainTimeout) {
  RunningServer server({"--drain-timeout=50ms"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == 1; }));
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_THAT(server.process().Stderr(), HasSubstr("killing 1 connections"));
}

}  // namespace
}  // namespace forklift::tests
