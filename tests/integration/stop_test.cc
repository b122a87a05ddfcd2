// The server stops, by each of its models: gracefully, so that nobody's request is lost, and within
// bounds; and processes that are killed take nobody else along.
#include <signal.h>
#include <sys/types.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
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

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// What "at once" and "within a second" are held to.
constexpr absl::Duration kASecond = absl::Seconds(1);

// Nothing but the stop itself ends what they are used for.
const std::vector<std::string> kPatient = {"--header-timeout=1h", "--keep-alive=1h",
                                           "--drain-timeout=1h"};

std::vector<std::string> Flags(const std::string& model,
                               const std::vector<std::string>& others = kPatient) {
  std::vector<std::string> flags = {absl::StrCat("--model=", model)};
  flags.insert(flags.end(), others.begin(), others.end());
  return flags;
}

// A connection that has had a request, and is idle.
net::UniqueFd IdleClient(const RunningServer& server) {
  net::UniqueFd client = Connect(server.address());
  EXPECT_TRUE(Send(client, kKeepAliveRequest));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  return client;
}

// A connection in the middle of a request, which is not its first, so that it is known to be
// served.
net::UniqueFd BusyClient(const RunningServer& server) {
  net::UniqueFd client = IdleClient(server);
  EXPECT_TRUE(Send(client, "GET / HTTP/1.1\r\nHost: a\r\n"));
  return client;
}

// While they wait, with all read that has come.
void Freeze(const std::vector<pid_t>& processes) {
  for (const pid_t pid : processes) {
    EXPECT_TRUE(Eventually([&] { return ProcessState(pid) == 'S'; }));
    ::kill(pid, SIGSTOP);
  }
  for (const pid_t pid : processes) {
    EXPECT_TRUE(Eventually([&] { return ProcessState(pid) == 'T'; }));
  }
}

// The parent continues a frozen worker once it has told it to stop.
bool AreToldToStop(const std::vector<pid_t>& frozen_workers) {
  return Eventually([&] {
    return std::none_of(frozen_workers.begin(), frozen_workers.end(),
                        [](pid_t pid) { return ProcessState(pid) == 'T'; });
  });
}

bool SaysIt(RunningServer& server, const std::string& text) {
  return Eventually([&] { return absl::StrContains(server.process().Stderr(), text); });
}

class SignalTest : public testing::TestWithParam<std::tuple<const char*, int>> {
 protected:
  static std::string Model() { return std::get<0>(GetParam()); }
  static int signal() { return std::get<1>(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Models, SignalTest,
                         testing::Combine(AllModels(), testing::Values(SIGTERM, SIGINT, SIGQUIT)));

TEST_P(SignalTest, EndsAnIdleServer) {
  RunningServer server(Flags(Model()));
  const net::UniqueFd idle = IdleClient(server);
  const std::vector<pid_t> workers = server.Workers();
  server.process().Signal(signal());
  EXPECT_EQ(ReceiveAll(idle), "");
  EXPECT_EQ(server.process().Wait().code(), 0);
  for (const pid_t worker : workers) EXPECT_TRUE(HasEnded(worker));
  EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
}

TEST_P(SignalTest, FinishesWhatIsInFlight) {
  RunningServer server(Flags(Model()));
  const net::UniqueFd client = BusyClient(server);
  // As Ctrl-C and supervisors do, to all processes.
  for (const pid_t pid : server.Connections()) ASSERT_EQ(::kill(pid, signal()), 0);
  const std::vector<pid_t> workers = server.Workers();
  for (const pid_t pid : workers) ASSERT_EQ(::kill(pid, signal()), 0);
  Freeze(workers);
  server.process().Signal(signal());
  ASSERT_TRUE(AreToldToStop(workers));
  if (Model() != "iterative") {  // whose worker looks up only after the connection
    ASSERT_TRUE(Eventually([&] { return !TryConnect(server.address()).valid(); }));
  }
  ASSERT_TRUE(Send(client, "\r\n"));
  EXPECT_THAT(ReceiveAll(client), AllOf(HasSubstr("Connection: close"), EndsWith(kGreeting)));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

using StopTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, StopTest, AllModels(), NameOfModel);

TEST_P(StopTest, ClientsInTheQueueAreServed) {
  RunningServer server(Flags(Model()));
  for (const pid_t worker : server.Workers()) ASSERT_EQ(::kill(worker, SIGSTOP), 0);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kKeepAliveRequest));
  }
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(SaysIt(server, "stopping"));
  for (const pid_t worker : server.Workers()) ASSERT_EQ(::kill(worker, SIGCONT), 0);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

// Never a reset of what has come but was not looked at yet.
TEST_P(StopTest, ARequestThatHasComeOnAnIdleConnectionIsAnswered) {
  RunningServer server(Flags(Model()));
  const net::UniqueFd client = IdleClient(server);
  const std::vector<pid_t> workers = server.Workers();
  const std::vector<pid_t> connections = server.Connections();
  Freeze(workers);
  Freeze(connections);
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(AreToldToStop(workers));
  for (const pid_t pid : connections) ASSERT_EQ(::kill(pid, SIGCONT), 0);
  EXPECT_THAT(ReceiveAll(client), AllOf(HasSubstr("Connection: close"), EndsWith(kGreeting)));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST_P(StopTest, TheWholeQueueIsServed) {
  RunningServer server(Flags(Model(), {"--backlog=5", "--workers=1"}));
  for (const pid_t worker : server.Workers()) ASSERT_EQ(::kill(worker, SIGSTOP), 0);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 6; ++i) {  // the kernel takes one more
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kRequest));
  }
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(SaysIt(server, "stopping"));
  for (const pid_t worker : server.Workers()) ASSERT_EQ(::kill(worker, SIGCONT), 0);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST_P(StopTest, ATerminationAndAnInterruptAreNotTwoInterrupts) {
  RunningServer server(Flags(Model()));
  const net::UniqueFd client = BusyClient(server);
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(SaysIt(server, "stopping"));
  server.process().Signal(SIGINT);
  ASSERT_TRUE(Send(client, "\r\n"));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST_P(StopTest, ASecondInterruptStopsAtOnce) {
  RunningServer server(Flags(Model()));
  const net::UniqueFd client = BusyClient(server);
  server.process().Signal(SIGINT);
  ASSERT_TRUE(SaysIt(server, "stopping"));
  const std::vector<pid_t> workers = server.Workers();
  server.process().Signal(SIGINT);
  EXPECT_EQ(server.process().Wait(kASecond).code(), 0);
  EXPECT_THAT(ReceiveAll(client), AnyOf("", "<reset>"));
  for (const pid_t worker : workers) EXPECT_TRUE(HasEnded(worker));
  EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
}

TEST_P(StopTest, WhatDoesNotFinishEndsWithTheDrainTimeout) {
  RunningServer server(Flags(Model(), {"--header-timeout=1h", "--drain-timeout=50ms",
                                       "--kill-timeout=1s", "--workers=1"}));
  const net::UniqueFd client = BusyClient(server);
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_THAT(ReceiveAll(client), AnyOf("", "<reset>"));
  EXPECT_THAT(server.process().Stderr(), AnyOf(HasSubstr("1 connections that have not finished"),
                                               HasSubstr("did not stop in time; killing it")));
}

TEST_P(StopTest, ALameDuckGoesOnServing) {
  RunningServer server(Flags(Model(), {"--lameduck=1h"}));
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(SaysIt(server, "stopping"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  }
  const net::UniqueFd client = Connect(server.address());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Send(client, kKeepAliveRequest));
    EXPECT_THAT(ReceiveUntil(client, kGreeting),
                AllOf(EndsWith(kGreeting), Not(HasSubstr("Connection: close"))));
  }
  server.process().Signal(SIGINT);
  server.process().Signal(SIGINT);
}

TEST_P(StopTest, ALameDuckStopsWhenItsTimeIsUp) {
  RunningServer server(Flags(Model(), {"--lameduck=300ms"}));
  const net::Deadline lame_duck = net::Deadline::After(absl::Milliseconds(300));
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_TRUE(lame_duck.expired());
}

TEST_P(StopTest, AKilledWorkerIsReplaced) {
  RunningServer server(Flags(Model()));
  for (int i = 0; i < 3; ++i) {
    const std::vector<pid_t> before = server.Workers();
    ASSERT_FALSE(before.empty());
    ASSERT_EQ(::kill(before[0], SIGKILL), 0);
    ASSERT_TRUE(Eventually([&] { return HasEnded(before[0]); }));
    // Whoever comes meanwhile waits, at most.
    EXPECT_THAT(server.GetAtOnce(10), Each(EndsWith(kGreeting)));
    EXPECT_TRUE(Eventually([&] {
      const std::vector<pid_t> now = server.Workers();
      return now.size() == before.size() && !testing::Value(now, Contains(before[0]));
    }));
  }
  EXPECT_THAT(server.process().Stderr(), HasSubstr("killed by signal 9"));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(StopTest, AKilledParentTakesAllAlong) {
  RunningServer server(Flags(Model()));
  const net::UniqueFd client = BusyClient(server);
  std::vector<pid_t> all = server.Workers();
  for (const pid_t connection : server.Connections()) all.push_back(connection);
  server.process().Signal(SIGKILL);
  EXPECT_EQ(server.process().Wait().signal(), SIGKILL);
  const net::Deadline deadline = net::Deadline::After(kASecond);
  for (const pid_t pid : all) {
    EXPECT_TRUE(Eventually([&] { return HasEnded(pid); }, deadline.Remaining()));
  }
  EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
  EXPECT_THAT(ReceiveAll(client), AnyOf("", "<reset>"));
}

using TwoWorkersTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, TwoWorkersTest, ConcurrentModels(), NameOfModel);

// Idle ones, all of which `worker` has.
std::vector<net::UniqueFd> ClientsOf(pid_t worker, const RunningServer& server) {
  std::vector<pid_t> others = server.Workers();
  others.erase(std::remove(others.begin(), others.end(), worker), others.end());
  Freeze(others);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(IdleClient(server));
  for (const pid_t other : others) ::kill(other, SIGCONT);
  return clients;
}

TEST_P(TwoWorkersTest, AKilledWorkerLosesOnlyWhatItHadInHand) {
  std::vector<std::string> flags = Flags(Model());
  flags.push_back("--workers=2");
  RunningServer server(flags);
  const std::vector<pid_t> workers = server.Workers();
  ASSERT_EQ(workers.size(), 2u);
  const std::vector<net::UniqueFd> lost = ClientsOf(workers[0], server);
  const std::vector<net::UniqueFd> kept = ClientsOf(workers[1], server);
  for (const net::UniqueFd& client : kept) ASSERT_TRUE(Send(client, "GET / HTTP/1.1\r\n"));
  ASSERT_EQ(::kill(workers[0], SIGKILL), 0);
  for (const net::UniqueFd& client : lost) EXPECT_THAT(ReceiveAll(client), AnyOf("", "<reset>"));
  EXPECT_THAT(server.GetAtOnce(20), Each(EndsWith(kGreeting)));
  for (const net::UniqueFd& client : kept) {
    ASSERT_TRUE(Send(client, "Host: a\r\n\r\n"));
    EXPECT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  }
  EXPECT_TRUE(Eventually([&] {
    const std::vector<pid_t> now = server.Workers();
    return now.size() == 2 && !testing::Value(now, Contains(workers[0]));
  }));
  EXPECT_EQ(server.Stop(), 0);
}

TEST(IterativeModelTest, AKilledWorkerLosesOnlyWhatItHadInHand) {
  RunningServer server(Flags("iterative"));
  const net::UniqueFd client = BusyClient(server);
  std::vector<net::UniqueFd> queue;
  for (int i = 0; i < 10; ++i) {
    queue.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(queue.back(), kRequest));
  }
  const std::vector<pid_t> workers = server.Workers();
  ASSERT_EQ(workers.size(), 1u);
  ASSERT_EQ(::kill(workers[0], SIGKILL), 0);
  EXPECT_THAT(ReceiveAll(client), AnyOf("", "<reset>"));
  for (const net::UniqueFd& waiting : queue) EXPECT_THAT(ReceiveAll(waiting), EndsWith(kGreeting));
  EXPECT_EQ(server.Stop(), 0);
}

}  // namespace
}  // namespace forklift::tests
