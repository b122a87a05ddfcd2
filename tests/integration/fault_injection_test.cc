// Single system calls of the server fail, one kind at a time; the kernel is asked to do it by
// strace.
#include <signal.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kFork = "?fork,clone,?clone3";

struct Fault {
  std::string name;
  std::string_view calls;
  std::string_view fault;  // as strace's inject= takes it
  std::string log;         // what the server says of it; empty where it need not say anything
  bool first_is_refused = false;
};

std::string TracePath() { return absl::StrCat(::getenv("TEST_TMPDIR"), "/trace"); }

// The tracer is a grandchild, so that the process we started is the server itself.
std::vector<std::string> Strace(const Fault& fault) {
  return {"strace",
          "-D",
          "-f",
          "--seccomp-bpf",
          "-qq",
          "-o",
          TracePath(),
          absl::StrCat("--trace=", fault.calls),
          absl::StrCat("--inject=", fault.calls, ":", fault.fault)};
}

// A test whose fault never happened shows nothing.
bool WasInjected() {
  return Eventually([] {
    std::ifstream file(TracePath());
    std::stringstream text;
    text << file.rdbuf();
    return absl::StrContains(text.str(), "(INJECTED)");
  });
}

// A leak check at exit would trace the process too.
const TestProcessOptions kTraced = {.environment = {{"ASAN_OPTIONS", "detect_leaks=0"}}};

class StraceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HaveProgram("strace")) GTEST_SKIP() << "strace is not installed";
    const Finished trial = RunProgram({"strace", "-D", "-o", "/dev/null", "true"});
    if (!trial.status.success() || !trial.error.empty())
      GTEST_SKIP() << "strace may not trace here: " << trial.error;
  }
};

class FaultInjectionTest : public StraceTest, public testing::WithParamInterface<Fault> {};

TEST_P(FaultInjectionTest, TheServerServesOn) {
  RunningServer server({}, kTraced, Strace(GetParam()));
  for (int i = 0; i < 5; ++i) {
    const std::string answer = Exchange(server.address(), kRequest);
    if (i == 0 && GetParam().first_is_refused) {
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    } else {
      EXPECT_THAT(answer, EndsWith(kGreeting));
    }
  }
  EXPECT_TRUE(server.HasNoChildren());
  EXPECT_THAT(server.process().Stderr(), HasSubstr(GetParam().log));
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait().code(), 0) << server.process().Stderr();
  EXPECT_TRUE(WasInjected());
}

INSTANTIATE_TEST_SUITE_P(
    Accept, FaultInjectionTest,
    testing::Values(
        Fault{"Interrupted", "accept4", "error=EINTR:when=1..3", ""},
        Fault{"TakenByAnother", "accept4", "error=EAGAIN:when=1..3", ""},
        Fault{"Aborted", "accept4", "error=ECONNABORTED:when=1", "(ECONNABORTED)"},
        Fault{"ProtocolError", "accept4", "error=EPROTO:when=2", "(EPROTO)"},
        Fault{"Firewall", "accept4", "error=EPERM:when=1..2", "(EPERM)"},
        Fault{"OutOfDescriptors", "accept4", "error=EMFILE:when=1..2",
              "(EMFILE); accepting with the reserve"},
        Fault{"OutOfFiles", "accept4", "error=ENFILE:when=2",
              "(ENFILE); accepting with the reserve"},
        Fault{"OutOfBuffers", "accept4", "error=ENOBUFS:when=1", "(ENOBUFS); clients wait"},
        Fault{"OutOfMemory", "accept4", "error=ENOMEM:when=1", "(ENOMEM); clients wait"},
        Fault{"SecurityModule", "accept4", "error=EACCES:when=1..2", "(EACCES)"},
        Fault{"AbortedInARow", "accept4", "error=ECONNABORTED:when=1..40", "(ECONNABORTED)"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Fork, FaultInjectionTest,
    testing::Values(Fault{"OutOfProcesses", kFork, "error=EAGAIN:when=1",
                          "fork: Resource temporarily unavailable (EAGAIN); answering 503", true},
                    Fault{"OutOfMemory", kFork, "error=ENOMEM:when=1",
                          "fork: Cannot allocate memory (ENOMEM); answering 503", true}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Interruption, FaultInjectionTest,
    testing::Values(Fault{"Poll", "poll", "error=EINTR:when=1+3", ""},
                    Fault{"PollOutOfMemory", "poll", "error=ENOMEM:when=2",
                          "poll: Cannot allocate memory (ENOMEM)"},
                    Fault{"Receive", "recvfrom", "error=EINTR:when=1..3", ""},
                    Fault{"Send", "sendmsg", "error=EINTR:when=1..3", ""},
                    Fault{"SendBufferFull", "sendmsg", "error=EAGAIN:when=1..2", ""},
                    Fault{"LookForTheDead", "waitid", "error=EINTR:when=1..3", ""},
                    Fault{"Wait", "wait4", "error=EINTR:when=1..3", ""}),
    [](const auto& info) { return info.param.name; });

TEST_F(StraceTest, AShortageDuringTheStopLosesNobodyInTheQueue) {
  RunningServer server({}, kTraced, Strace({"", "accept4", "error=EMFILE:when=1", ""}));
  server.process().Signal(SIGSTOP);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kRequest));
  }
  server.process().Signal(SIGTERM);
  server.process().Signal(SIGCONT);
  for (const net::UniqueFd& client : clients) EXPECT_THAT(ReceiveAll(client), EndsWith(kGreeting));
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_TRUE(WasInjected());
}

TEST_F(StraceTest, AListenerThatCanAcceptNoMoreEndsTheServerWithAReason) {
  RunningServer server({}, kTraced, Strace({"", "accept4", "error=EINVAL:when=1+", ""}));
  const auto client = Connect(server.address());
  EXPECT_EQ(server.process().Wait().code(), 1);
  EXPECT_THAT(server.process().Stderr(),
              HasSubstr(absl::StrCat("concurrent_server: accept4 on ", server.address(),
                                     ": Invalid argument (EINVAL)\n")));
}

}  // namespace
}  // namespace forklift::tests
