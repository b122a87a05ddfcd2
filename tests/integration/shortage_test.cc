// The article's 3d dies when descriptors or processes run out. This server is short of them, and
// lives.
//
// Runs outside of Bazel's sandbox: only the real root may become another user, and a limit on
// processes does not bind root.
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::EndsWith;
using testing::StartsWith;

constexpr uid_t kNobody = 65534;

using DescriptorShortageTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, DescriptorShortageTest, AllModels(), NameOfModel);

TEST_P(DescriptorShortageTest, MoreClientsThanDescriptors) {
  RunningServer server({ModelFlag(), "--workers=1"}, {.limits = {{RLIMIT_NOFILE, 64}}});
  const bool keeps_connections = Model() != "iterative" && Model() != "fork";
  for (const std::string& answer : server.GetAtOnce(200)) {
    if (keeps_connections) {
      EXPECT_THAT(answer, AnyOf(EndsWith(kGreeting), StartsWith("HTTP/1.1 503 ")));
    } else {
      EXPECT_THAT(answer, EndsWith(kGreeting));
    }
  }
  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_TRUE(
      Eventually([&] { return absl::EndsWith(Exchange(server.address(), kRequest), kGreeting); }));
  EXPECT_EQ(server.Stop(), 0);
}

TEST(ShortageTest, TwoHundredClientsWith60Processes) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can run the server as a user of its own";
  RunningServer server({}, {.limits = {{RLIMIT_NPROC, 60}}, .user = kNobody});
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(Connect(server.address()));
  // Each of those that are served has a process until it has asked.
  ASSERT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(),
                             "fork: Resource temporarily unavailable (EAGAIN); answering 503");
  }));
  std::vector<std::string> answers;
  for (const net::UniqueFd& client : clients) {
    Send(client, kRequest);
    answers.push_back(ReceiveAll(client));
  }
  EXPECT_THAT(answers, Each(AnyOf(EndsWith(kGreeting), StartsWith("HTTP/1.1 503 "))));
  EXPECT_THAT(answers, Contains(EndsWith(kGreeting)));
  EXPECT_THAT(answers, Contains(StartsWith("HTTP/1.1 503 ")));

  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_THAT(server.GetAtOnce(20), Each(EndsWith(kGreeting)));
  EXPECT_EQ(server.Stop(), 0);
}

TEST(ShortageTest, APrivilegedPort) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can run the server as a user of its own";
  int first_unprivileged = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first_unprivileged;
  if (first_unprivileged <= 1) GTEST_SKIP() << "this machine has no privileged ports";
  const Finished server = RunProgram({ServerBinary(), "--port=1"}, {.user = kNobody});
  EXPECT_EQ(server.status.code(), 1);
  EXPECT_EQ(server.output, "");
  EXPECT_EQ(
      server.error,
      "concurrent_server: bind 127.0.0.1:1: Permission denied (EACCES); ports below 1024 need root "
      "or CAP_NET_BIND_SERVICE: choose another port\n");
}

}  // namespace
}  // namespace forklift::tests
