// Signals that an operator sends to all processes of a server at once, as service managers do, and
// those by which the kernel punishes a write, harm none but where they are meant to.
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <string>
#include <tuple>
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

using testing::EndsWith;

class GroupSignalsTest : public testing::TestWithParam<std::tuple<const char*, int>> {
 protected:
  static int signal() { return std::get<1>(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Models, GroupSignalsTest,
                         testing::Combine(AllModels(), testing::Values(SIGHUP, SIGUSR1, SIGUSR2,
                                                                       SIGTTIN, SIGTTOU)));

TEST_P(GroupSignalsTest, WorkersAndTheirChildrenDoNotMind) {
  RunningServer server({absl::StrCat("--model=", std::get<0>(GetParam())), "--keep-alive=1h"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  ASSERT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  std::vector<pid_t> all = server.Workers();
  for (const pid_t connection : server.Connections()) all.push_back(connection);
  for (const pid_t pid : all) ASSERT_EQ(::kill(pid, signal()), 0);
  // Which is taken from each of them before it can answer again.
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  for (const pid_t pid : all) {
    EXPECT_FALSE(HasEnded(pid));
    EXPECT_NE(ProcessState(pid), 'T') << "stopped";
  }
}

using FileSizeTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, FileSizeTest, AllModels(), NameOfModel);

TEST_P(FileSizeTest, ALogThatMayNotGrowFailsNoRequest) {
  const std::string log = absl::StrCat(::getenv("TEST_TMPDIR"), "/", Model(), ".log");
  RunningServer server({ModelFlag(), absl::StrCat("--access-log=", log)},
                       {.limits = {{RLIMIT_FSIZE, 1024}}});
  for (int i = 0; i < 40; ++i) {
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  }
  EXPECT_EQ(server.Stop(), 0);
}

}  // namespace
}  // namespace forklift::tests
