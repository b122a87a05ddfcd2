// 3c: nobody waits for another, and each process has only the descriptors that it needs.
#include <signal.h>
#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/apps/lessons/lesson_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

TEST(ForkingServerTest, AClientIsNotDelayedByThoseBefore) {
  RunningServer server({"--delay=1m"});  // which bounds a child that outlives a killed test, too
  const pid_t parent = server.process().pid();
  const absl::Cleanup kill_children = [parent] {
    for (const pid_t child : Children(parent)) ::kill(child, SIGKILL);
  };
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kShortRequest));
    EXPECT_EQ(ReceiveUntil(clients.back(), "World!\n"), kAnswer);
  }
  const std::vector<pid_t> children = Children(parent);
  // All three children sleep.
  ASSERT_THAT(children, SizeIs(3));
  for (const net::UniqueFd& client : clients) EXPECT_FALSE(IsReadable(client));
  // Three are stdin and its like; then the parent has its listener, a child its connection.
  EXPECT_TRUE(Eventually([&] { return OpenDescriptors(parent) == std::set<int>{0, 1, 2, 3}; }));
  for (const pid_t child : children) EXPECT_THAT(OpenDescriptors(child), ElementsAre(0, 1, 2, 4));
}

TEST(ForkingServerTest, PrintsWhoServes) {
  RunningServer server({"--delay=0s"});
  const pid_t parent = server.process().pid();
  EXPECT_EQ(server.process().ReadLine(), absl::StrCat("Parent PID (PPID): ", parent));
  EXPECT_EQ(server.process().ReadLine(), "");
  EXPECT_EQ(Exchange(server.address(), kShortRequest), kAnswer);
  const std::vector<pid_t> children = Children(parent);
  ASSERT_THAT(children, SizeIs(1));
  EXPECT_EQ(server.process().ReadLine(),
            absl::StrCat("Child PID: ", children[0], ". Parent PID ", parent));
  EXPECT_EQ(server.process().ReadLine(), "GET / HTTP/1.1");
  // The fault that leads on: nobody waits for it.
  EXPECT_TRUE(Eventually([&] { return ProcessState(children[0]) == 'Z'; }));
}

TEST(ForkingServerTest, DefaultsAreTheArticles) {
  const std::string help = RunProgram({ServerBinary(), "--help"}).output;
  EXPECT_THAT(help, testing::ContainsRegex("--port .*\\(default: 8888\\)"));
  EXPECT_THAT(help, testing::ContainsRegex("--delay .*\\(default: 1m\\)"));
}

}  // namespace
}  // namespace forklift::tests
