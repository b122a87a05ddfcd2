// The article's 3d dies when descriptors or processes run out. This server is short of them, and
// lives.
//
// Runs outside of Bazel's sandbox: only the real root may become another user, and a limit on
// processes does not bind root.
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr uid_t kNobody = 65534;

TEST(ShortageTest, ThreeHundredClientsWith256Descriptors) {
  RunningServer server({}, {.limits = {{RLIMIT_NOFILE, 256}}});
  EXPECT_THAT(server.GetAtOnce(300), Each(EndsWith(kGreeting)));
  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
}

// Hardly more than the server itself needs: 0, 1, 2, the self-pipe, the listener, and the reserve
// to accept with.
TEST(ShortageTest, ClientsWaitForADescriptorToBeFree) {
  RunningServer server({}, {.limits = {{RLIMIT_NOFILE, 7}}});
  EXPECT_THAT(server.GetAtOnce(50), Each(EndsWith(kGreeting)));
  EXPECT_TRUE(server.HasNoChildren());
}

TEST(ShortageTest, TwoHundredClientsWith60Processes) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can run the server as a user of its own";
  RunningServer server({}, {.limits = {{RLIMIT_NPROC, 60}}, .user = kNobody});
  const std::vector<std::string> answers = server.GetAtOnce(200);
  EXPECT_THAT(answers, Each(AnyOf(EndsWith(kGreeting), StartsWith("HTTP/1.1 503 "))));
  EXPECT_THAT(answers, testing::Contains(EndsWith(kGreeting)));
  EXPECT_THAT(server.process().Stderr(),
              HasSubstr("fork: Resource temporarily unavailable (EAGAIN); answering 503"));

  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_THAT(server.GetAtOnce(20), Each(EndsWith(kGreeting)));
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait().code(), 0);
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
