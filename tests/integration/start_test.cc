// The server starts: by its flags, on what it is told to listen on, and says so; or it says in a
// line why not.
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// One line, which names the program.
auto OneLine(std::string_view text) {
  return AllOf(
      StartsWith("concurrent_server: "), HasSubstr(std::string(text)), EndsWith("\n"),
      testing::ResultOf(
          [](const std::string& all) { return std::count(all.begin(), all.end(), '\n'); }, 1));
}

Finished RunServer(const std::vector<std::string>& flags) {
  std::vector<std::string> command = {ServerBinary()};
  command.insert(command.end(), flags.begin(), flags.end());
  return RunProgram(command);
}

std::string InTmpDir(std::string_view name) {
  return absl::StrCat(::getenv("TEST_TMPDIR"), "/", name);
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Nobody else's, whatever runs beside this test: its process may have the same number elsewhere.
net::Address AbstractAddress() {
  std::random_device random;
  const auto address =
      net::Address::Parse(absl::StrCat("unix:@forklift-start-test-", random(), "-", random()));
  CHECK_OK(address);
  return *address;
}

TEST(StartTest, HelpShowsTheFlags) {
  const Finished help = RunServer({"--help"});
  EXPECT_EQ(help.status.code(), 0);
  for (std::string_view flag : {"--port", "--bind", "--model", "--workers", "--backlog",
                                "--max-connections", "--drain-timeout"}) {
    EXPECT_THAT(help.output, HasSubstr(std::string(flag)));
  }
  EXPECT_EQ(help.error, "");
}

TEST(StartTest, APortInUse) {
  const RunningServer first;
  const Finished second = RunServer({absl::StrCat("--bind=", first.address())});
  EXPECT_EQ(second.status.code(), 1);
  EXPECT_EQ(second.output, "");
  EXPECT_THAT(second.error,
              OneLine(absl::StrCat("bind ", first.address(), ": Address already in use")));
}

TEST(StartTest, OneAddressInUseOfTwo) {
  const RunningServer first;
  const net::Address other = AbstractAddress();
  const Finished second = RunServer({absl::StrCat("--bind=", other, ",", first.address())});
  EXPECT_EQ(second.status.code(), 1);
  EXPECT_EQ(second.output, "");
  EXPECT_THAT(second.error, OneLine("Address already in use"));
}

class BadUsageTest : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(BadUsageTest, IsToldInALine) {
  const Finished server = RunServer(GetParam());
  EXPECT_EQ(server.status.code(), 2);
  EXPECT_EQ(server.output, "");
  EXPECT_THAT(server.error, OneLine(""));
}

INSTANTIATE_TEST_SUITE_P(Flags, BadUsageTest,
                         testing::ValuesIn(std::vector<std::vector<std::string>>{
                             {"--bind=localhost"},
                             {"--bind=300.0.0.1:80"},
                             {"--bind="},
                             {"--bind=127.0.0.1:0,"},
                             {"--bind=fd:1"},
                             {"--bind=unix:@forklift-start-usage", "--port=0"},
                             {"--port=99999"},
                             {"--port="},
                             {"--no-such-flag"},
                             {"word"},
                             {"--model=threads"},
                             {"--model=iterative", "--workers=2", "--port=0"},
                             {"--workers=-1"},
                             {"--workers=100000", "--port=0"},
                             {"--threads=0", "--port=0"},
                             {"--max-connections=0", "--port=0"},
                             {"--max-connections=-1"},
                             {"--backlog=0", "--port=0"},
                             {"--drain-timeout=-1s", "--port=0"},
                             {"--header-timeout=0", "--port=0"},
                             {"--header-timeout=soon"},
                             {"--keep-alive-requests=0", "--port=0"},
                             {"--min-rate=-1", "--port=0"},
                             {"--ready-fd=99", "--port=0"},
                             {"--ready-fd=-1", "--port=0"},
                         }));

TEST(StartTest, ACheckOfTheFlagsStartsNothing) {
  const RunningServer other;
  const std::string port = absl::StrCat("--port=", other.address().port());
  const std::string port_file = InTmpDir("checked-port");
  for (const char* model : {"iterative", "fork", "prefork", "thread", "event"}) {
    const Finished good =
        RunServer({"--check-config", absl::StrCat("--model=", model), "--drain-timeout=1s", port,
                   absl::StrCat("--port-file=", port_file)});
    EXPECT_EQ(good.status.code(), 0) << model << " would not even bind";
    EXPECT_EQ(good.output, "the flags make sense\n");
    EXPECT_EQ(good.error, "");
  }
  EXPECT_FALSE(std::filesystem::exists(port_file));
  for (const char* bad : {"--drain-timeout=-1s", "--model=threads", "--root=/no/such/folder",
                          "--access-log=/no/such/folder/log", "--access-log-format=xml"}) {
    const Finished refused = RunServer({"--check-config", bad});
    EXPECT_NE(refused.status.code(), 0) << bad;
    EXPECT_EQ(refused.output, "");
    EXPECT_THAT(refused.error, OneLine("")) << bad;
  }
}

TEST(StartTest, ADescriptorThatDoesNotListen) {
  const Finished server = RunServer({"--bind=fd:99"});
  EXPECT_NE(server.status.code(), 0);
  EXPECT_EQ(server.output, "");
  EXPECT_THAT(server.error, OneLine("descriptor 99: Bad file descriptor"));
}

// A shell can start a program with any of its standard descriptors closed. None may become a
// socket.
TEST(StartTest, ClosedStandardDescriptors) {
  for (const char* redirection : {"<&-", "2>&-", "<&- 2>&-"}) {
    const RunningServer server({}, {},
                               {"sh", "-c", absl::StrCat("exec \"$@\" ", redirection), "sh"});
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting)) << redirection;
  }
}

TEST(StartTest, WithoutStandardDescriptorsTheyBecomeTheNullDevice) {
  const net::Address address = AbstractAddress();
  TestProcess server(
      {"sh", "-c", absl::StrCat("exec ", ServerBinary(), " --bind=", address, " <&- >&- 2>&-")});
  ASSERT_TRUE(Eventually([&] { return TryConnect(address).valid(); }));
  EXPECT_THAT(Exchange(address, kRequest), EndsWith(kGreeting));
  std::vector<pid_t> processes = Children(server.pid());
  ASSERT_EQ(processes.size(), 1u);
  processes.push_back(server.pid());
  for (const pid_t pid : processes) {
    for (int fd = 0; fd <= 2; ++fd) {
      EXPECT_EQ(DescriptorTarget(pid, fd), "/dev/null");
    }
  }
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().code(), 0);
}

TEST(StartTest, AReaderOfTheLogThatHasGone) {
  if (!HaveProgram("bash")) GTEST_SKIP() << "bash is not installed";
  RunningServer server({"--max-connections=1"}, {},
                       {"bash", "-c", "exec \"$@\" 2> >(true)", "bash"});
  const net::UniqueFd first = Connect(server.address());
  ASSERT_TRUE(Eventually([&] { return !server.Connections().empty(); }));
  for (int i = 0; i < 3; ++i) {  // each is worth a log line
    EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 503 "));
  }
  ASSERT_TRUE(Send(first, kRequest));
  EXPECT_THAT(ReceiveAll(first), EndsWith(kGreeting));
  EXPECT_EQ(server.Stop(), 0);
}

TEST(StartTest, ThePortFile) {
  const std::string path = InTmpDir("port");
  const RunningServer server({absl::StrCat("--port-file=", path)});
  EXPECT_TRUE(
      Eventually([&] { return Contents(path) == absl::StrCat(server.address().port(), "\n"); }));
  EXPECT_FALSE(std::filesystem::exists(absl::StrCat(path, ".new")));
}

TEST(StartTest, APortFileThatCannotBeWritten) {
  RunningServer server({"--port-file=/no/such/folder/port"});
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(), "--port-file=/no/such/folder/port");
  }));
}

// Whoever reads it to its end need not wait for the server's.
TEST(StartTest, TheReadyDescriptor) {
  for (const char* model : {"fork", "event"}) {
    const std::string port_file = InTmpDir("ready-port");
    TestProcess server({"sh", "-c", "exec \"$@\" 3>&1 >/dev/null", "sh", ServerBinary(), "--port=0",
                        "--ready-fd=3", absl::StrCat("--model=", model),
                        absl::StrCat("--port-file=", port_file)});
    const net::Deadline deadline = net::Deadline::After(kPatience);
    EXPECT_EQ(server.ReadAll(), "\n");
    EXPECT_FALSE(deadline.expired()) << "a process of the server has it still";
    int port;
    ASSERT_TRUE(absl::SimpleAtoi(Contents(port_file), &port)) << "it is written before";
    EXPECT_THAT(Exchange(net::Address::Ipv4Loopback(static_cast<uint16_t>(port)), kRequest),
                EndsWith(kGreeting));
  }
}

// The address in a readiness line; fails the test where it is none.
net::Address AddressIn(std::string_view line) {
  std::string_view where = line;
  int port = 0;
  if (!absl::ConsumePrefix(&where, "Serving HTTP on ") || !absl::ConsumeSuffix(&where, " ...")) {
    ADD_FAILURE() << "no readiness line: '" << line << "'";
  } else if (absl::ConsumePrefix(&where, "port ") && absl::SimpleAtoi(where, &port)) {
    return net::Address::Ipv4Loopback(static_cast<uint16_t>(port));
  }
  const auto address = net::Address::Parse(where);
  EXPECT_TRUE(address.ok()) << address.status();
  return address.value_or(net::Address::Ipv4Loopback(0));
}

TEST(StartTest, AListOfAddresses) {
  const net::Address name = AbstractAddress();
  for (const char* model : {"iterative", "fork", "prefork", "thread", "event"}) {
    TestProcess server({ServerBinary(), absl::StrCat("--model=", model),
                        absl::StrCat("--bind=127.0.0.1:0,", name, ",127.0.0.1:0")});
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(Exchange(AddressIn(server.ReadLine()), kRequest), EndsWith(kGreeting));
    }
    server.Signal(SIGTERM);
    EXPECT_EQ(server.Wait().code(), 0);
  }
}

TEST(StartTest, AnIpv6Address) {
  const auto loopback = net::Address::Parse("[::1]:0");
  ASSERT_TRUE(loopback.ok());
  if (!net::Listener::Bind(*loopback, {}).ok()) GTEST_SKIP() << "this machine has no IPv6";
  TestProcess server({ServerBinary(), "--bind=[::1]:0"});
  const net::Address address = loopback->WithPort(AddressIn(server.ReadLine()).port());
  EXPECT_THAT(Exchange(address, kRequest), EndsWith(kGreeting));
}

// The path is the server's: not that of a worker or of a connection's child, which end before.
TEST(StartTest, AUnixSocketsPathIsRemovedAtTheEnd) {
  char folder[] = "/tmp/forklift-start-test-XXXXXX";  // short enough for a Unix path
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  const auto address = net::Address::Parse(absl::StrCat("unix:", path));
  ASSERT_TRUE(address.ok()) << address.status();
  TestProcess server({ServerBinary(), absl::StrCat("--bind=", *address)});
  EXPECT_EQ(server.ReadLine(), absl::StrCat("Serving HTTP on ", *address, " ..."));
  EXPECT_THAT(Exchange(*address, kRequest), EndsWith(kGreeting));
  const std::vector<pid_t> before = Children(server.pid());
  ASSERT_EQ(before.size(), 1u);
  ASSERT_EQ(::kill(before[0], SIGKILL), 0);
  ASSERT_TRUE(Eventually([&] {
    const std::vector<pid_t> now = Children(server.pid());
    return now.size() == 1 && now != before;
  }));
  EXPECT_THAT(Exchange(*address, kRequest), EndsWith(kGreeting));
  EXPECT_THAT(RunServer({absl::StrCat("--bind=", *address)}).error,
              OneLine("Address already in use"));
  EXPECT_TRUE(std::filesystem::exists(path));
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().code(), 0);
  EXPECT_FALSE(std::filesystem::exists(path));
  std::filesystem::remove_all(folder);
}

// A listening socket with a number that every program started from here inherits.
class InheritedSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    auto listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    address_ = listener->local_address();
    number_ = net::UniqueFd(::fcntl(listener->fd(), F_DUPFD, 10));
    ASSERT_TRUE(number_.valid());
  }

  void ExpectToServe(TestProcess& server) {
    EXPECT_EQ(AddressIn(server.ReadLine()), address_);
    number_.reset();  // or its queue would outlive the server
    EXPECT_THAT(Exchange(address_, kRequest), EndsWith(kGreeting));
    server.Signal(SIGTERM);
    EXPECT_EQ(server.Wait().code(), 0);
    EXPECT_FALSE(TryConnect(address_).valid());
  }

  net::Address address_ = net::Address::Ipv4Loopback(0);
  net::UniqueFd number_;
};

TEST_F(InheritedSocketTest, ByItsNumber) {
  TestProcess server({ServerBinary(), absl::StrCat("--bind=fd:", number_.get())});
  ExpectToServe(server);
}

// In the place of standard input.
TEST_F(InheritedSocketTest, ByInetd) {
  if (!HaveProgram("bash")) GTEST_SKIP() << "bash is not installed";
  TestProcess server({"bash", "-c",
                      absl::StrCat("exec \"$@\" 0<&", number_.get(), " ", number_.get(), "<&-"),
                      "bash", ServerBinary(), "--bind=fd:0"});
  ExpectToServe(server);
}

// As systemd passes it: from descriptor 3 up, for the process that is named.
TEST_F(InheritedSocketTest, ByListenFds) {
  if (!HaveProgram("bash")) GTEST_SKIP() << "bash is not installed";
  TestProcess server({"bash", "-c",
                      absl::StrCat("LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3<&", number_.get(), " ",
                                   number_.get(), "<&-"),
                      "bash", ServerBinary(), "--bind=192.0.2.1:1"});
  ExpectToServe(server);
}

}  // namespace
}  // namespace forklift::tests
