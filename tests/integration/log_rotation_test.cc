// The access log is rotated as logrotate does it: the file is renamed, and after SIGUSR1 no line
// goes to it any more, whoever has it open.
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

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

std::string Contents(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class LogRotationTest : public ModelTest {
 protected:
  std::string path() const { return absl::StrCat(::getenv("TEST_TMPDIR"), "/", Model(), ".log"); }
  std::string renamed() const { return path() + ".1"; }

  // Renames the file, and waits until the server has another.
  void Rotate(RunningServer& server) const {
    const size_t before = server.process().Stderr().size();
    std::filesystem::rename(path(), renamed());
    server.process().Signal(SIGUSR1);
    ASSERT_TRUE(Eventually([&] {
      return absl::StrContains(server.process().Stderr().substr(before), "log is open anew");
    }));
  }
};

INSTANTIATE_TEST_SUITE_P(Models, LogRotationTest, AllModels(), NameOfModel);

TEST_P(LogRotationTest, AConnectionThatIsOpenWritesToTheNewFile) {
  RunningServer server({ModelFlag(), absl::StrCat("--access-log=", path()), "--keep-alive=1h"});
  const net::UniqueFd client = Connect(server.address());
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(Send(client, kKeepAliveRequest));
    ASSERT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
    // The line is written once the answer is sent.
    ASSERT_TRUE(Eventually([&] { return Contents(path()).ends_with("\n"); })) << round;
    const std::string before = Contents(path());
    Rotate(server);
    EXPECT_EQ(Contents(renamed()), before);
  }
}

TEST_P(LogRotationTest, WorkersThatAreStartingDoItToo) {
  RunningServer server({ModelFlag(), absl::StrCat("--access-log=", path())});
  server.process().Signal(SIGHUP);
  ASSERT_TRUE(
      Eventually([&] { return absl::StrContains(server.process().Stderr(), "replacing"); }));
  Rotate(server);
  EXPECT_THAT(server.GetAtOnce(Model() == "iterative" ? 1 : 20),
              testing::Each(EndsWith(kGreeting)));
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_EQ(Contents(renamed()), "");
}

TEST_P(LogRotationTest, AnIdleWorkerLetsTheOldFileGo) {
  RunningServer server(
      {ModelFlag(), absl::StrCat("--access-log=", path()), "--request-timeout=100ms"});
  Rotate(server);
  const std::string old = std::filesystem::canonical(renamed());
  EXPECT_TRUE(Eventually([&] {
    for (const pid_t worker : server.Workers()) {
      for (const int fd : OpenDescriptors(worker)) {
        if (DescriptorTarget(worker, fd) == old) return false;
      }
    }
    return true;
  }));
}

}  // namespace
}  // namespace forklift::tests
