// The server as a service: it is given its socket, and says that it is ready, reloads, stops and is
// alive.
//
// Has a network of its own, for a port that must be known beforehand.
#include <signal.h>
#include <sys/types.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/service_manager.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

void ExpectReadiness(const ServiceManager& manager) {
  EXPECT_EQ(manager.Receive(), "READY=1");
  EXPECT_THAT(manager.Receive(), MatchesRegex("STATUS=serving: model [a-z]+, [0-9]+ workers?"));
}

// The life of a service that is ready.
void ExpectToReloadAndStop(TestProcess& server, const ServiceManager& manager) {
  ExpectReadiness(manager);
  for (int i = 0; i < 2; ++i) {
    server.Signal(SIGHUP);
    EXPECT_THAT(manager.Receive(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    EXPECT_EQ(manager.Receive(), "STATUS=replacing the workers");
    ExpectReadiness(manager);
  }
  server.Signal(SIGTERM);
  EXPECT_EQ(manager.Receive(), "STOPPING=1");
  EXPECT_EQ(manager.Receive(), "STATUS=stopping");
  EXPECT_EQ(server.Wait().code(), 0);
  EXPECT_EQ(manager.Receive(absl::ZeroDuration()), "<none>");
}

using ServiceManagerTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, ServiceManagerTest, AllModels(), NameOfModel);

TEST_P(ServiceManagerTest, HearsOfReadinessReloadsAndTheStop) {
  const ServiceManager manager;
  RunningServer server({ModelFlag()}, {.environment = {{"NOTIFY_SOCKET", manager.name()}}});
  ExpectToReloadAndStop(server.process(), manager);
}

TEST_P(ServiceManagerTest, ItsWatchdogIsFed) {
  const ServiceManager manager;
  RunningServer server(
      {ModelFlag()},
      {.environment = {{"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "100000"}}},
      {"sh", "-c", "export WATCHDOG_PID=$$; exec \"$@\"", "sh"});
  ExpectReadiness(manager);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(manager.Receive(), "WATCHDOG=1");
  ASSERT_EQ(::kill(server.process().pid(), SIGSTOP), 0);
  ASSERT_TRUE(Eventually([&] { return ProcessState(server.process().pid()) == 'T'; }));
  while (manager.Receive(absl::ZeroDuration()) != "<none>") {
  }
  EXPECT_EQ(manager.Receive(absl::Milliseconds(200)), "<none>") << "nobody else feeds it";
}

// What systemd does for a socket unit: it listens, and starts the server for the first connection.
TEST_P(ServiceManagerTest, SystemdSocketActivate) {
  if (!HaveProgram("systemd-socket-activate"))
    GTEST_SKIP() << "systemd-socket-activate is not installed";
  const ServiceManager manager;
  const net::Address address = net::Address::Ipv4Loopback(8888);
  TestProcess server({"systemd-socket-activate", "-E",
                      absl::StrCat("NOTIFY_SOCKET=", manager.name()),
                      absl::StrCat("--listen=", address), ServerBinary(), ModelFlag(),
                      "--bind=192.0.2.1:1", "--access-log=off"});
  net::UniqueFd client;
  ASSERT_TRUE(Eventually([&] { return (client = TryConnect(address)).valid(); }));
  ASSERT_TRUE(Send(client, kRequest));
  EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting)) << server.Stderr();
  EXPECT_EQ(server.ReadLine(), "Serving HTTP on port 8888 ...");
  ExpectToReloadAndStop(server, manager);
  EXPECT_FALSE(TryConnect(address).valid());
}

}  // namespace
}  // namespace forklift::tests
