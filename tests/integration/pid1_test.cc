// The server as PID 1 of a container: whoever loses its parent there becomes its child, and is not
// to stay as a zombie.
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

using testing::EndsWith;

class Pid1Test : public ModelTest {
 protected:
  void SetUp() override {
    std::vector<std::string> command = container_;
    command.push_back("true");
    if (RunProgram(command).status.success()) return;
    container_.insert(container_.begin() + 1, {"--user", "--map-root-user"});
    command = container_;
    command.push_back("true");
    if (!RunProgram(command).status.success()) {
      GTEST_SKIP() << "this user may make no pid namespace";
    }
  }

  // What runs a command as PID 1, to be put before it.
  const std::vector<std::string>& container() const { return container_; }

  // PID 1, by its number here.
  static pid_t Pid1(RunningServer& server) { return Children(server.process().pid()).at(0); }

 private:
  std::vector<std::string> container_ = {"unshare", "--pid", "--fork", "--kill-child"};
};

INSTANTIATE_TEST_SUITE_P(Models, Pid1Test, AllModels(), NameOfModel);

bool HasNoZombies(pid_t parent, size_t children) {
  return Eventually([&] {
    const std::vector<pid_t> all = Children(parent);
    return all.size() == children && std::none_of(all.begin(), all.end(), [](pid_t child) {
             return ProcessState(child) == 'Z';
           });
  });
}

TEST_P(Pid1Test, AKilledWorkerLeavesNoZombies) {
  RunningServer server({ModelFlag(), "--workers=1", "--keep-alive=1h"}, {}, container());
  const pid_t pid1 = Pid1(server);
  for (int round = 0; round < 2; ++round) {
    std::vector<net::UniqueFd> clients;
    for (int i = 0; i < (Model() == "iterative" ? 1 : 20); ++i) {
      clients.push_back(Connect(server.address()));
      ASSERT_TRUE(Send(clients.back(), kKeepAliveRequest));
      ASSERT_THAT(ReceiveUntil(clients.back(), kGreeting), EndsWith(kGreeting));
    }
    const std::vector<pid_t> workers = Children(pid1);
    ASSERT_EQ(workers.size(), 1u);
    ASSERT_EQ(::kill(workers[0], SIGKILL), 0);
    ASSERT_TRUE(Eventually([&] { return HasEnded(workers[0]); }));
    EXPECT_TRUE(HasNoZombies(pid1, 1));
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  }
  ASSERT_EQ(::kill(pid1, SIGTERM), 0);
  EXPECT_EQ(server.process().Wait().code(), 0);
}

TEST_P(Pid1Test, AnUpgradeThatFailsLeavesNoZombie) {
  const std::string program = absl::StrCat(::getenv("TEST_TMPDIR"), "/", Model(), "_server");
  std::filesystem::copy_file(ServerBinary(), program);
  std::vector<std::string> command = container();
  command.insert(command.end(),
                 {"sh", "-c", absl::StrCat("shift; exec ", program, " \"$@\""), "sh"});
  RunningServer server({ModelFlag(), "--workers=1"}, {}, command);
  std::filesystem::rename(program, program + ".old");
  std::ofstream(program) << "#!/bin/sh\nexit 1\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const pid_t pid1 = Pid1(server);
  ASSERT_EQ(::kill(pid1, SIGUSR2), 0);
  EXPECT_TRUE(Eventually(
      [&] { return absl::StrContains(server.process().Stderr(), "this version goes on"); }));
  EXPECT_TRUE(HasNoZombies(pid1, 1));
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  ASSERT_EQ(::kill(pid1, SIGTERM), 0);
  EXPECT_EQ(server.process().Wait().code(), 0);
}

}  // namespace
}  // namespace forklift::tests
