// What is inherited is inherited across exec, so most of these tests run this very binary again, as
// the program that was started with descriptors; see main at the end.
#include "forklift/net/inherited_sockets.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forklift/net/address.h"
#include "forklift/net/eintr.h"
#include "forklift/net/listener.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// --- The program that is started. ---

// Says in PROBE what to take, and in PROBE_OUTPUT the descriptor to report to.
constexpr char kProbe[] = "FORKLIFT_INHERITED_SOCKETS_PROBE";
constexpr char kProbeOutput[] = "FORKLIFT_INHERITED_SOCKETS_PROBE_OUTPUT";

// A line a socket; then what is open and what is left of the variables.
std::string Describe(const std::vector<InheritedSocket>& sockets) {
  std::string text;
  for (const InheritedSocket& socket : sockets) {
    absl::StrAppend(&text, socket.socket.get(), " ",
                    socket.kind == InheritedKind::kListening ? "listening " : "connected ",
                    socket.address, " ", socket.name,
                    ::fcntl(socket.socket.get(), F_GETFD) == FD_CLOEXEC ? "" : " NOT CLOEXEC",
                    "\n");
  }
  return text;
}

std::string Surroundings() {
  std::string text = absl::StrCat("open ", absl::StrJoin(tests::Holdings::Now().descriptors, ","));
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) {
    const char* value = ::getenv(name);
    absl::StrAppend(&text, " ", name, value == nullptr ? "" : absl::StrCat("=", value));
  }
  return text;
}

absl::StatusOr<std::vector<InheritedSocket>> TakeAsTold(std::string_view what) {
  if (what == "LISTEN_FDS") return TakeListenFds();
  absl::StatusOr<InheritedSocket> socket =
      what == "inetd" ? TakeInetdSocket() : TakeNumberedSocket(what);
  if (!socket.ok()) return socket.status();
  std::vector<InheritedSocket> sockets;
  sockets.push_back(*std::move(socket));
  return sockets;
}

int Probe(std::string_view what) {
  const std::string before = Surroundings();
  const absl::StatusOr<std::vector<InheritedSocket>> sockets = TakeAsTold(what);
  const std::string after = Surroundings();
  const std::string report = sockets.ok()
                                 ? absl::StrCat(Describe(*sockets), after, "\n")
                                 : absl::StrCat("error ", sockets.status().message(), "\n",
                                                before == after ? "" : "CHANGED: ", after, "\n");
  const int output = ::atoi(::getenv(kProbeOutput));
  // What is printed must not reach a client.
  ::puts("printed");
  ::fflush(stdout);
  return ::write(output, report.data(), report.size()) == static_cast<ssize_t>(report.size()) ? 0
                                                                                              : 1;
}

// --- Who starts it. ---

constexpr int kOutput = 100;  // where the program writes its report; above all that tests inherit

// "PID" in a value stands for the program's process id.
using Environment = std::map<std::string, std::string>;
// What to put where.
using Descriptors = std::map<int, int>;

// Only in a forked child: execs this binary with `descriptors`, those of the standard, and no
// other.
int StartProbe(std::string_view what, const Descriptors& descriptors, int output,
               const Environment& environment) {
  Descriptors high;  // out of the way of the numbers that are to be filled
  for (const auto& [number, fd] : descriptors) high[number] = ::fcntl(fd, F_DUPFD_CLOEXEC, 200);
  const int high_output = ::fcntl(output, F_DUPFD_CLOEXEC, 200);
  for (int fd = 3; fd < 1024; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);  // a runner's may leak
  for (const auto& [number, fd] : high) ::dup2(fd, number);
  ::dup2(high_output, kOutput);
  ::setenv(kProbe, std::string(what).c_str(), 1);
  ::setenv(kProbeOutput, absl::StrCat(kOutput).c_str(), 1);
  for (const auto& [name, value] : environment) {
    const std::string text = value == "PID" ? absl::StrCat(::getpid()) : value;
    ::setenv(name.c_str(), text.c_str(), 1);
  }
  ::execl("/proc/self/exe", "probe", nullptr);
  return 127;
}

std::string RunProbe(std::string_view what, const Descriptors& descriptors,
                     const Environment& environment = {}) {
  absl::StatusOr<Pipe> report = CreatePipe(BlockingMode::kBlocking);
  EXPECT_TRUE(report.ok()) << report.status();
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(StartProbe(what, descriptors, report->write_end.get(), environment));
  report->write_end.reset();
  std::string text;
  char buffer[4096];
  ssize_t count;
  while ((count = RetryOnEintr(
              [&] { return ::read(report->read_end.get(), buffer, sizeof(buffer)); })) > 0) {
    text.append(buffer, static_cast<size_t>(count));
  }
  int status = -1;
  EXPECT_EQ(RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
  EXPECT_EQ(status, 0);
  return text;
}

Listener Listen(const Address& address = Address::Ipv4Loopback(0)) {
  absl::StatusOr<Listener> listener = Listener::Bind(address, {});
  EXPECT_TRUE(listener.ok()) << listener.status();
  return *std::move(listener);
}

class InheritedSocketsTest : public testing::Test {
 protected:
  InheritedSocketsTest()
      : tcp_(Listen()),
        local_(Listen(
            *Address::Parse(absl::StrCat("unix:@forklift-inherited-sockets-test-", ::getpid())))),
        client_(tests::Connect(tcp_.local_address())),
        connection_(tcp_.TryAccept().connection),
        file_(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
        unbound_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        datagrams_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

  Listener tcp_;
  const Listener local_;
  const UniqueFd client_;
  UniqueFd connection_;
  const UniqueFd file_;
  const UniqueFd unbound_;
  const UniqueFd datagrams_;
};

TEST_F(InheritedSocketsTest, TakesTheSocketsOfListenFdsWithTheirNames) {
  const std::string report = RunProbe(
      "LISTEN_FDS", {{3, tcp_.fd()}, {4, local_.fd()}, {5, connection_.get()}},
      {{"LISTEN_FDS", "3"}, {"LISTEN_PID", "PID"}, {"LISTEN_FDNAMES", "web:admin:client"}});
  EXPECT_EQ(report, absl::StrCat("3 listening ", tcp_.local_address(), " web\n",      //
                                 "4 listening ", local_.local_address(), " admin\n",  //
                                 "5 connected ", tcp_.local_address(), " client\n",   //
                                 "open 0,1,2,3,4,5,100 LISTEN_FDS LISTEN_PID LISTEN_FDNAMES\n"))
      << "and no child may take the variables for its own";
}

TEST_F(InheritedSocketsTest, SocketsWithoutNamesAreUnknown) {
  EXPECT_THAT(RunProbe("LISTEN_FDS", {{3, tcp_.fd()}, {4, local_.fd()}},
                       {{"LISTEN_FDS", "2"}, {"LISTEN_PID", "PID"}}),
              AllOf(HasSubstr(absl::StrCat(tcp_.local_address(), " unknown\n")),
                    HasSubstr(absl::StrCat(local_.local_address(), " unknown\n"))));
}

TEST_F(InheritedSocketsTest, WhatIsNotForThisProcessIsLeftAlone) {
  const std::vector<Environment> environments = {
      {},
      {{"LISTEN_PID", "PID"}},
      {{"LISTEN_FDS", "1"}},
      {{"LISTEN_FDS", "1"}, {"LISTEN_PID", "1"}, {"LISTEN_FDNAMES", "web"}},
      {{"LISTEN_FDS", "nonsense"}, {"LISTEN_PID", absl::StrCat(::getpid())}},
  };
  for (const Environment& environment : environments) {
    const std::string report = RunProbe("LISTEN_FDS", {{3, tcp_.fd()}}, environment);
    EXPECT_THAT(report, StartsWith("open 0,1,2,3,100 "));
    for (const auto& [name, value] : environment)
      EXPECT_THAT(report, HasSubstr(absl::StrCat(" ", name, "="))) << "as it was";
  }
}

TEST_F(InheritedSocketsTest, NoSocketsAreNone) {
  EXPECT_EQ(RunProbe("LISTEN_FDS", {}, {{"LISTEN_FDS", "0"}, {"LISTEN_PID", "PID"}}),
            "open 0,1,2,100 LISTEN_FDS LISTEN_PID LISTEN_FDNAMES\n");
}

TEST_F(InheritedSocketsTest, EachKindOfNonsenseIsToldAndNothingChanges) {
  struct Case {
    Descriptors descriptors;
    Environment environment;
    std::string error;
  };
  const int tcp = tcp_.fd();
  const std::vector<Case> cases = {
      {{{3, tcp}}, {{"LISTEN_FDS", "abc"}}, "LISTEN_FDS 'abc': not a number"},
      {{{3, tcp}}, {{"LISTEN_FDS", ""}}, "LISTEN_FDS '': not a number"},
      {{{3, tcp}}, {{"LISTEN_FDS", "-1"}}, "LISTEN_FDS '-1': not a number"},
      {{{3, tcp}}, {{"LISTEN_FDS", "1\n"}}, "LISTEN_FDS '1\\n': not a number"},
      {{{3, tcp}}, {{"LISTEN_FDS", "4097"}}, "descriptors from 0 to 4096"},
      {{{3, tcp}}, {{"LISTEN_FDS", "2147483647"}}, "descriptors from 0 to 4096"},
      {{{3, tcp}}, {{"LISTEN_FDS", "99999999999999999999"}}, "descriptors from 0 to 4096"},
      {{{3, tcp}}, {{"LISTEN_FDS", "1"}, {"LISTEN_PID", "abc"}}, "LISTEN_PID 'abc': not a process"},
      {{{3, tcp}}, {{"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", "a:b"}}, "2 names for 1 descriptors"},
      {{{3, tcp}}, {{"LISTEN_FDS", "0"}, {"LISTEN_FDNAMES", "a"}}, "1 names for 0 descriptors"},
      {{{3, tcp}}, {{"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", "\x1b"}}, "too long or not printable"},
      {{{3, tcp}},
       {{"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", std::string(256, 'n')}},
       "too long or not printable"},
      {{{3, tcp}}, {{"LISTEN_FDS", "2"}}, "descriptor 4: Bad file descriptor (EBADF)"},
      {{{3, tcp}, {4, file_.get()}}, {{"LISTEN_FDS", "2"}}, "descriptor 4: getsockopt: Socket op"},
      {{{3, unbound_.get()}}, {{"LISTEN_FDS", "1"}}, "it does not listen, nor is it connected"},
      {{{3, datagrams_.get()}}, {{"LISTEN_FDS", "1"}}, "neither a stream nor a seqpacket socket"},
  };
  for (const Case& c : cases) {
    Environment environment = c.environment;
    environment.emplace("LISTEN_PID", "PID");
    const std::string report = RunProbe("LISTEN_FDS", c.descriptors, environment);
    EXPECT_THAT(report, AllOf(StartsWith("error "), HasSubstr(c.error)));
    EXPECT_THAT(report, testing::Not(HasSubstr("CHANGED")));
  }
}

TEST_F(InheritedSocketsTest, TakesInetdsListenerAndConnection) {
  for (const auto& [fd, kind] :
       {std::pair(tcp_.fd(), "listening"), std::pair(connection_.get(), "connected")}) {
    EXPECT_EQ(RunProbe("inetd", {{0, fd}}),
              absl::StrCat("3 ", kind, " ", tcp_.local_address(), " inetd\n",
                           "open 0,1,2,3,100 LISTEN_FDS LISTEN_PID LISTEN_FDNAMES\n"));
  }
}

TEST_F(InheritedSocketsTest, NothingPrintedGoesToInetdsClient) {
  const int fd = connection_.get();
  EXPECT_THAT(RunProbe("inetd", {{0, fd}, {1, fd}, {2, fd}}), StartsWith("3 connected "));
  connection_.reset();
  EXPECT_EQ(tests::ReceiveAll(client_), "") << "and no copy of the connection was left open";
}

TEST_F(InheritedSocketsTest, WhatIsNotInetdsIsToldAndNothingChanges) {
  for (const auto& [fd, error] :
       {std::pair(file_.get(), "inetd: descriptor 0: getsockopt: Socket op"),
        std::pair(unbound_.get(), "it does not listen, nor is it connected")}) {
    const std::string report = RunProbe("inetd", {{0, fd}});
    EXPECT_THAT(report, AllOf(StartsWith("error "), HasSubstr(error)));
    EXPECT_THAT(report, testing::Not(HasSubstr("CHANGED")));
  }
}

TEST_F(InheritedSocketsTest, TakesANumberedSocket) {
  EXPECT_EQ(RunProbe("fd:7", {{7, local_.fd()}}),
            absl::StrCat("7 listening ", local_.local_address(), " fd:7\n",
                         "open 0,1,2,7,100 LISTEN_FDS LISTEN_PID LISTEN_FDNAMES\n"));
}

TEST_F(InheritedSocketsTest, ANumberThatIsNoInheritedSocketIsToldAndNothingChanges) {
  for (const auto& [text, error] : {std::pair("fd:8", "descriptor 8: Bad file descriptor"),
                                    {"fd:9", "descriptor 9: getsockopt: Socket op"},
                                    {"fd:0", "a number N above 2"},
                                    {"fd:", "write fd:N"},
                                    {"fd:x", "write fd:N"},
                                    {"fd:+7", "write fd:N"},
                                    {"7", "write fd:N"},
                                    {"fd:99999999999", "write fd:N"}}) {
    const std::string report = RunProbe(text, {{7, tcp_.fd()}, {9, file_.get()}});
    EXPECT_THAT(report, AllOf(StartsWith("error "), HasSubstr(error)));
    EXPECT_THAT(report, testing::Not(HasSubstr("CHANGED")));
  }
}

TEST_F(InheritedSocketsTest, WhatThisProcessHasOpenedItselfIsRefused) {
  const tests::Holdings before = tests::Holdings::Now();
  const absl::Status status = TakeNumberedSocket(absl::StrCat("fd:", tcp_.fd())).status();
  EXPECT_THAT(status.message(), HasSubstr("not inherited: it is closed on exec"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_F(InheritedSocketsTest, WorksWithSystemdSocketActivate) {
  if (!tests::HaveProgram("systemd-socket-activate"))
    GTEST_SKIP() << "systemd-socket-activate is not installed (Debian: systemd)";
  // It listens on a port that must be free: one that a socket has just given up.
  uint16_t port;
  {
    const Listener listener = Listen();
    port = listener.local_address().port();
  }
  const Address address = Address::Ipv4Loopback(port);
  char self[4096];
  const ssize_t size = ::readlink("/proc/self/exe", self, sizeof(self));
  ASSERT_GT(size, 0);
  tests::TestProcess activated(
      {"systemd-socket-activate", "-l", absl::StrCat("127.0.0.1:", port), "--fdname=web",
       absl::StrCat("--setenv=", kProbe), absl::StrCat("--setenv=", kProbeOutput),
       std::string(self, static_cast<size_t>(size))},
      {.environment = {{kProbe, "LISTEN_FDS"}, {kProbeOutput, "1"}}});
  // It starts the program at the first connection.
  UniqueFd client;
  ASSERT_TRUE(tests::Eventually([&] {
    client = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(client.get(), address.native(), address.native_size()) == 0;
  }));
  EXPECT_EQ(activated.ReadLine(), "printed");
  EXPECT_EQ(activated.ReadLine(), absl::StrCat("3 listening ", address, " web"))
      << activated.Stderr();
  EXPECT_THAT(activated.ReadLine(), EndsWith(" LISTEN_FDS LISTEN_PID LISTEN_FDNAMES"));
  EXPECT_TRUE(activated.Wait().success()) << activated.Stderr();
}

}  // namespace
}  // namespace forklift::net

int main(int argc, char** argv) {
  if (const char* what = ::getenv(forklift::net::kProbe)) return forklift::net::Probe(what);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
