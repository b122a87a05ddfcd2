// A server that is told to stop while its next version starts stops for good: that one goes too,
// however far it has come.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_process.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

class UpgradeStopTest : public ModelTest {
 protected:
  // Whatever a server leaves behind becomes a child of this process.
  void SetUp() override {
    ASSERT_TRUE(proc::BecomeSubreaper().ok());
    std::filesystem::remove(gate());
    std::filesystem::remove(gate() + ".seen");
    ASSERT_EQ(::mkfifo(gate().c_str(), 0600), 0);
    Install(ServerBinary());
  }

  static std::string Folder() { return ::getenv("TEST_TMPDIR"); }
  static std::string gate() { return absl::StrCat(Folder(), "/", Model(), ".gate"); }
  static std::string Program() { return absl::StrCat(Folder(), "/", Model(), ".program"); }

  static void Install(const std::string& file) {
    const std::string unfinished = Program() + ".new";
    std::filesystem::copy_file(file, unfinished, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(unfinished, std::filesystem::perms::owner_all);
    std::filesystem::rename(unfinished, Program());
  }

  static std::vector<std::string> InPlaceOf() {
    return {"sh", "-c", absl::StrCat("shift; exec ", Program(), " \"$@\""), "sh"};
  }

  // Has the server start a next version, which waits at the gate; `trap` is its first line.
  static void Upgrade(RunningServer& server, const std::string& trap) {
    const std::string script = Program() + ".script";
    std::ofstream(script) << "#!/bin/sh\n"
                          << trap << "\n: > " << gate() << ".seen\nread line < " << gate()
                          << "\nexec " << ServerBinary() << " \"$@\"\n";
    Install(script);
    server.process().Signal(SIGUSR2);
    ASSERT_TRUE(Eventually([] { return std::filesystem::exists(gate() + ".seen"); }));
  }

  // Lets it go on, where it still waits.
  void OpenGate() {
    gate_ = net::UniqueFd(::open(gate().c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    ASSERT_EQ(::write(gate_.get(), "\n", 1), 1);
  }

  static void ExpectNothingIsLeft(const RunningServer& server) {
    EXPECT_TRUE(Eventually([] {
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      return Children(::getpid()).empty();
    }));
    EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
  }

 private:
  net::UniqueFd gate_;
};

INSTANTIATE_TEST_SUITE_P(Models, UpgradeStopTest, AllModels(), NameOfModel);

void WaitUntilItIsStoppedToo(RunningServer& server) {
  ASSERT_TRUE(
      Eventually([&] { return absl::StrContains(server.process().Stderr(), "is stopped too"); }));
}

TEST_P(UpgradeStopTest, ANewVersionThatStartsGoes) {
  RunningServer server({ModelFlag(), "--lameduck=500ms"}, {}, InPlaceOf());
  Upgrade(server, "");
  server.process().Signal(SIGTERM);
  OpenGate();
  EXPECT_EQ(server.process().Wait().code(), 0);
  ExpectNothingIsLeft(server);
}

TEST_P(UpgradeStopTest, ANewVersionThatMissedTheStopIsKilled) {
  RunningServer server(
      {ModelFlag(), "--lameduck=300ms", "--drain-timeout=100ms", "--kill-timeout=100ms"}, {},
      InPlaceOf());
  Upgrade(server, "trap '' TERM");
  server.process().Signal(SIGTERM);
  WaitUntilItIsStoppedToo(server);
  OpenGate();
  EXPECT_EQ(server.process().Wait().code(), 0);
  ExpectNothingIsLeft(server);
}

TEST_P(UpgradeStopTest, ASecondInterruptDoesNotWaitForIt) {
  RunningServer server({ModelFlag()}, {}, InPlaceOf());
  Upgrade(server, "trap '' TERM");
  server.process().Signal(SIGINT);
  WaitUntilItIsStoppedToo(server);
  server.process().Signal(SIGINT);
  EXPECT_EQ(server.process().Wait().code(), 0);
  ExpectNothingIsLeft(server);
}

}  // namespace
}  // namespace forklift::tests
