// 3d: no client gets an end, every child stays as a zombie, and the server dies of either.
//
// Runs outside of Bazel's sandbox: only the real root may become another user, and a limit on
// processes does not bind root.
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/apps/lessons/lesson_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::SizeIs;
using testing::StartsWith;

// Has up to `count` clients served, one after the other, until the server has ended. All of them
// at once would overflow its short queue, and wait for TCP to try again.
std::vector<net::UniqueFd> ServeUntilItDies(const RunningServer& server, pid_t pid, int count) {
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < count && !HasEnded(pid); ++i) {
    net::UniqueFd client = TryConnect(server.address());
    if (!client.valid()) continue;
    Send(client, kShortRequest);
    ReceiveUntil(client, "World!\n");
    clients.push_back(std::move(client));
  }
  return clients;
}

TEST(LeakingServerTest, TheAnswerComesButNoEnd) {
  RunningServer server;
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kShortRequest));
  EXPECT_EQ(ReceiveUntil(client, "World!\n"), kAnswer);
  EXPECT_EQ(server.process().ReadLine(), "1");  // connection kept
  const std::vector<pid_t> children = Children(server.process().pid());
  ASSERT_THAT(children, SizeIs(1));
  ASSERT_TRUE(Eventually([&] { return ProcessState(children[0]) == 'Z'; }));
  // The child has closed all that it had; what keeps the connection open is the parent's copy.
  EXPECT_FALSE(IsReadable(client));
  EXPECT_TRUE(OpenDescriptors(server.process().pid()).contains(4));
}

TEST(LeakingServerTest, AZombieARequest) {
  RunningServer server;
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(Connect(server.address()));
    Send(clients.back(), kShortRequest);
    ReceiveUntil(clients.back(), "World!\n");
  }
  const std::vector<pid_t> children = Children(server.process().pid());
  ASSERT_THAT(children, SizeIs(5));
  for (const pid_t child : children) {
    EXPECT_TRUE(Eventually([&] { return ProcessState(child) == 'Z'; }));
  }
}

TEST(LeakingServerTest, DiesOfTooManyOpenFiles) {
  RunningServer server({}, {.limits = {{RLIMIT_NOFILE, 64}}});
  const auto clients = ServeUntilItDies(server, server.process().pid(), 300);
  EXPECT_EQ(server.process().Wait().code(), 1);
  EXPECT_EQ(server.process().Stderr(), "leaking_server: accept: Too many open files (EMFILE)\n");
  EXPECT_GE(clients.size(), 60u);  // 64 less stdin and its like, and the listener
}

TEST(LeakingServerTest, DiesOfTooManyProcesses) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can run the server as a user of its own";
  constexpr uid_t kNobody = 65534;
  RunningServer server({}, {.limits = {{RLIMIT_NPROC, 40}}, .user = kNobody});
  const auto clients = ServeUntilItDies(server, server.process().pid(), 300);
  EXPECT_EQ(server.process().Wait().code(), 1);
  // A sanitizer may have more to say, as it would fork itself at the end.
  EXPECT_THAT(server.process().Stderr(),
              StartsWith("leaking_server: fork: Resource temporarily unavailable (EAGAIN)\n"));
}

}  // namespace
}  // namespace forklift::tests
