// 3e: the child is waited for, and the server dies of it.
#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
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

TEST(InterruptedServerTest, DiesOfInterruptedSystemCall) {
  RunningServer server({"--delay=0s"});
  const pid_t parent = server.process().pid();
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return Children(parent).size() == 1; }));
  const std::vector<pid_t> children = Children(parent);
  // With its one child started, the parent sleeps nowhere but in accept.
  ASSERT_TRUE(Eventually([&] { return ProcessState(parent) == 'S'; }));
  ASSERT_TRUE(Send(client, kShortRequest));
  EXPECT_EQ(ReceiveAll(client), kAnswer);

  EXPECT_EQ(server.process().Wait().code(), 1);
  EXPECT_THAT(
      server.process().ReadAll(),
      testing::HasSubstr(absl::StrCat("Child ", children.at(0), " terminated with status 0\n")));
  EXPECT_EQ(server.process().Stderr(),
            "interrupted_server: accept: Interrupted system call (EINTR)\n");
}

TEST(InterruptedServerTest, DefaultsAreTheArticles) {
  const std::string help = RunProgram({ServerBinary(), "--help"}).output;
  EXPECT_THAT(help, testing::ContainsRegex("--port .*\\(default: 8888\\)"));
  EXPECT_THAT(help, testing::ContainsRegex("--delay .*\\(default: 3s\\)"));
}

}  // namespace
}  // namespace forklift::tests
