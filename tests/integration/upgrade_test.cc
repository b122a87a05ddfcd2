// The server's program is replaced while it serves: the new one takes over without a request that
// fails, or the old one goes on where the new one does not start.
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/load_client.h"
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
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

constexpr size_t kUpgrades = 20;
constexpr size_t kClientsOfAKind = 8;

// A copy of the server that a test may overwrite, started with the flags of the test.
class UpgradeTest : public ModelTest {
 protected:
  // Orphans come to this process: so it sees how a successor ends.
  void SetUp() override { ASSERT_TRUE(proc::BecomeSubreaper().ok()); }

  void TearDown() override {
    if (successor_ > 0) {
      ::kill(successor_, SIGKILL);
      ::waitpid(successor_, nullptr, 0);
    }
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    // What they leave behind ends by itself.
    EXPECT_TRUE(Eventually([] {
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      return Children(::getpid()).empty();
    }));
  }

  // In a folder of its own, where the path is short enough for a Unix socket.
  std::string SocketPath() {
    char folder[] = "/tmp/forklift-upgrade-test-XXXXXX";
    EXPECT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    return folder_ + "/socket";
  }

  static std::string Program() { return absl::StrCat(::getenv("TEST_TMPDIR"), "/upgraded_server"); }

  static void Install(const std::string& file) {
    const std::string unfinished = absl::StrCat(Program(), ".new");
    std::filesystem::copy_file(file, unfinished, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(unfinished, std::filesystem::perms::owner_all);
    std::filesystem::rename(unfinished, Program());
  }

  static void InstallScript(std::string_view text) {
    const std::string script = absl::StrCat(::getenv("TEST_TMPDIR"), "/script");
    std::ofstream(script) << text;
    Install(script);
  }

  // The command that runs the copy, to be put before RunningServer's own, which it ignores.
  static std::vector<std::string> InPlaceOf() {
    return {"sh", "-c", absl::StrCat("shift; exec ", Program(), " \"$@\""), "sh"};
  }

  // The exit of the successor, which the test is the parent of once its own has ended.
  proc::ExitStatus WaitForSuccessor() {
    int status = 0;
    const bool ended =
        Eventually([&] { return ::waitpid(successor_, &status, WNOHANG) == successor_; });
    if (!ended) return proc::ExitStatus::Unknown();
    successor_ = -1;
    return proc::ExitStatus::FromWaitStatus(status);
  }

  // Finds it in the log.
  bool HasSuccessor(const TestProcess& server) {
    constexpr std::string_view kBefore = "the new version, process ";
    return Eventually([&] {
      const std::string log = server.Stderr();
      const size_t at = log.rfind(kBefore);
      if (at == log.npos) return false;
      const std::string_view number = std::string_view(log).substr(at + kBefore.size());
      return absl::SimpleAtoi(number.substr(0, number.find(',')), &successor_);
    });
  }

  pid_t successor_ = -1;
  std::string folder_;  // of the socket
};

INSTANTIATE_TEST_SUITE_P(Models, UpgradeTest, AllModels(), NameOfModel);

TEST_P(UpgradeTest, TheNewProgramTakesOverAndNoRequestIsLost) {
  Install(ServerBinary());
  RunningServer server({ModelFlag(), "--keep-alive-requests=100", "--access-log=off"}, {},
                       InPlaceOf());
  LoadClient client(server.address(), {.threads_of_a_kind = kClientsOfAKind});
  ASSERT_TRUE(client.HasAnswers(20));
  Install(ServerBinary());
  server.process().Signal(SIGUSR2);
  EXPECT_EQ(server.process().ReadLine(),
            absl::StrCat("Serving HTTP on port ", server.address().port(), " ..."));
  ASSERT_TRUE(HasSuccessor(server.process())) << server.process().Stderr();
  EXPECT_EQ(server.process().Wait().code(), 0) << server.process().Stderr();
  EXPECT_TRUE(client.HasAnswers(20));
  EXPECT_EQ(std::filesystem::read_symlink(absl::StrCat("/proc/", successor_, "/exe")), Program());
  // And again and again, each by the one before it.
  for (size_t i = 1; i < kUpgrades; ++i) {
    const pid_t before = successor_;
    ASSERT_EQ(::kill(before, SIGUSR2), 0);
    ASSERT_TRUE(Eventually([&] { return HasSuccessor(server.process()) && successor_ != before; }));
    int status = -1;
    ASSERT_TRUE(Eventually([&] { return ::waitpid(before, &status, WNOHANG) == before; }));
    EXPECT_EQ(status, 0);
    ASSERT_TRUE(client.HasAnswers(20));
  }
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
  EXPECT_LE(client.SentAgain(), kUpgrades * kClientsOfAKind);
  ::kill(successor_, SIGTERM);
  EXPECT_EQ(WaitForSuccessor().code(), 0) << server.process().Stderr();
  EXPECT_TRUE(net::Listener::Bind(server.address(), {}).ok()) << "the port is free";
}

TEST_P(UpgradeTest, AProgramThatDoesNotStartChangesNothing) {
  Install(ServerBinary());
  RunningServer server({ModelFlag(), "--keep-alive-requests=100", "--access-log=off"}, {},
                       InPlaceOf());
  const std::vector<pid_t> workers = server.Workers();
  LoadClient client(server.address());
  for (std::string_view script :
       {"#!/bin/sh\nexit 1\n", "#!/no/such/interpreter\n", "no program"}) {
    const std::string before = server.process().Stderr();
    InstallScript(script);
    server.process().Signal(SIGUSR2);
    EXPECT_TRUE(Eventually([&] {
      return absl::StrContains(server.process().Stderr().substr(before.size()),
                               "this version goes on");
    })) << script;
    EXPECT_TRUE(client.HasAnswers(20));
  }
  // Nothing of it is left to hinder one that starts.
  Install(ServerBinary());
  server.process().Signal(SIGUSR2);
  ASSERT_TRUE(HasSuccessor(server.process())) << server.process().Stderr();
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_TRUE(client.HasAnswers(20));
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
  ::kill(successor_, SIGTERM);
  EXPECT_EQ(WaitForSuccessor().code(), 0);
}

// And not that the service stops, as the old program does.
TEST_P(UpgradeTest, TheServiceManagerHearsWhoIsTheMainProcess) {
  Install(ServerBinary());
  const ServiceManager manager;
  RunningServer server({ModelFlag()}, {.environment = {{"NOTIFY_SOCKET", manager.name()}}},
                       InPlaceOf());
  EXPECT_EQ(manager.Receive(), "READY=1");
  EXPECT_THAT(manager.Receive(), StartsWith("STATUS=serving: "));
  server.process().Signal(SIGUSR2);
  ASSERT_TRUE(HasSuccessor(server.process())) << server.process().Stderr();
  EXPECT_EQ(server.process().Wait().code(), 0);
  const std::vector<std::string> said = {manager.Receive(), manager.Receive(), manager.Receive()};
  EXPECT_THAT(said, UnorderedElementsAre("READY=1", StartsWith("STATUS=serving: "),
                                         absl::StrCat("MAINPID=", successor_)));
  EXPECT_EQ(manager.Receive(absl::ZeroDuration()), "<none>");
  ::kill(successor_, SIGTERM);
  EXPECT_EQ(WaitForSuccessor().code(), 0);
  EXPECT_EQ(manager.Receive(), "STOPPING=1");
}

// The numbers of descriptors that the command line speaks of are others' in a successor.
TEST_P(UpgradeTest, AReadyDescriptorIsNotTheSuccessors) {
  Install(ServerBinary());
  for (const char* number : {"3", "4"}) {
    RunningServer server({ModelFlag(), absl::StrCat("--ready-fd=", number)}, {},
                         {"sh", "-c", absl::StrCat("exec \"$@\" ", number, ">/dev/null"), "sh"});
    server.process().Signal(SIGUSR2);
    ASSERT_TRUE(HasSuccessor(server.process())) << server.process().Stderr();
    EXPECT_EQ(server.process().Wait().code(), 0);
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
    ::kill(successor_, SIGTERM);
    EXPECT_EQ(WaitForSuccessor().code(), 0);
  }
}

TEST_P(UpgradeTest, AUnixSocketsPathGoesOverToTheSuccessor) {
  Install(ServerBinary());
  const std::string path = SocketPath();
  const auto address = net::Address::Parse(absl::StrCat("unix:", path));
  ASSERT_TRUE(address.ok()) << address.status();
  TestProcess server({Program(), ModelFlag(), absl::StrCat("--bind=", *address)});
  ASSERT_EQ(server.ReadLine(), absl::StrCat("Serving HTTP on ", *address, " ..."));
  server.Signal(SIGUSR2);
  ASSERT_TRUE(HasSuccessor(server)) << server.Stderr();
  EXPECT_EQ(server.Wait().code(), 0);
  EXPECT_THAT(Exchange(*address, kRequest), EndsWith(kGreeting));
  ::kill(successor_, SIGTERM);
  EXPECT_EQ(WaitForSuccessor().code(), 0);
  EXPECT_FALSE(std::filesystem::exists(path));
}

// As systemd keeps one for a socket unit.
TEST_P(UpgradeTest, AUnixSocketsPathThatAnotherHasMadeStays) {
  Install(ServerBinary());
  const std::string path = SocketPath();
  auto maker = net::Listener::Bind(*net::Address::Parse(absl::StrCat("unix:", path)), {});
  ASSERT_TRUE(maker.ok()) << maker.status();
  const net::UniqueFd inherited(::fcntl(maker->fd(), F_DUPFD, 10));
  TestProcess server({Program(), ModelFlag(), absl::StrCat("--bind=fd:", inherited.get())});
  ASSERT_EQ(server.ReadLine(), absl::StrCat("Serving HTTP on ", maker->local_address(), " ..."));
  server.Signal(SIGUSR2);
  ASSERT_TRUE(HasSuccessor(server)) << server.Stderr();
  EXPECT_EQ(server.Wait().code(), 0);
  EXPECT_THAT(Exchange(maker->local_address(), kRequest), EndsWith(kGreeting));
  ::kill(successor_, SIGTERM);
  EXPECT_EQ(WaitForSuccessor().code(), 0);
  EXPECT_TRUE(std::filesystem::exists(path));
  maker->Close();
  EXPECT_FALSE(std::filesystem::exists(path));
}

// The access log fills the pipe of the standard output, where the new program says that it is
// ready.
TEST_P(UpgradeTest, AReaderOfTheLogThatStalls) {
  Install(ServerBinary());
  RunningServer server({ModelFlag(), "--keep-alive-requests=100"}, {}, InPlaceOf());
  LoadClient client(server.address());
  ASSERT_TRUE(
      Eventually([&] { return absl::StrContains(server.process().Stderr(), "lines dropped"); }));
  server.process().Signal(SIGUSR2);
  ASSERT_TRUE(HasSuccessor(server.process())) << server.process().Stderr();
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_TRUE(client.HasAnswers(20));
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
}

TEST_P(UpgradeTest, AStopDoesNotWaitForAProgramThatStarts) {
  Install(ServerBinary());
  RunningServer server({ModelFlag()}, {}, InPlaceOf());
  const size_t workers = server.Workers().size();
  InstallScript("#!/bin/sh\nexec sleep 1000\n");
  server.process().Signal(SIGUSR2);
  ASSERT_TRUE(Eventually([&] { return Children(server.process().pid()).size() == workers + 1; }));
  EXPECT_EQ(server.Stop(), 0);  // and nothing is left: see TearDown
}

}  // namespace
}  // namespace forklift::tests
