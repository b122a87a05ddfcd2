// Single system calls of the server fail, one kind at a time; the kernel is asked to do it by
// strace.
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kFork = "?fork,clone,?clone3";
constexpr std::string_view kEpollWait = "?epoll_wait,?epoll_pwait,?epoll_pwait2";

// Whether its worker keeps connections, and so cannot serve one for which it has no descriptor.
bool ServesInLoop(std::string_view model) { return model != "iterative" && model != "fork"; }

// Which clients may be told 503 for it.
enum class Refused { kNone, kFirst, kAnyByLoops };

struct Fault {
  std::string name;
  std::string_view calls;
  std::string_view fault;  // as strace's inject= takes it, for each process
  std::string log;         // what the server says of it; empty where it need not say anything
  Refused refused = Refused::kNone;

  friend void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
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

using Parameter = std::tuple<const char*, Fault>;

class FaultInjectionTest : public StraceTest, public testing::WithParamInterface<Parameter> {};

TEST_P(FaultInjectionTest, TheServerServesOn) {
  const std::string model = std::get<0>(GetParam());
  const Fault& fault = std::get<1>(GetParam());
  const std::string model_flag = absl::StrCat("--model=", model);
  RunningServer server({model_flag, "--workers=1"}, kTraced, Strace(fault));
  for (int i = 0; i < 5; ++i) {
    const std::string answer = Exchange(server.address(), kRequest);
    if (i == 0 && fault.refused == Refused::kFirst) {
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    } else if (ServesInLoop(model) && fault.refused == Refused::kAnyByLoops) {
      EXPECT_THAT(answer, AnyOf(EndsWith(kGreeting), StartsWith("HTTP/1.1 503 ")));
    } else {
      EXPECT_THAT(answer, EndsWith(kGreeting));
    }
  }
  EXPECT_TRUE(server.HasNoConnections());
  // Which the parent may say after its worker has served.
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), fault.log); }))
      << server.process().Stderr();
  EXPECT_EQ(server.Stop(), 0) << server.process().Stderr();
  EXPECT_TRUE(WasInjected());
}

std::string NameOf(const testing::TestParamInfo<Parameter>& info) {
  return absl::StrCat(std::get<0>(info.param), std::get<1>(info.param).name);
}

INSTANTIATE_TEST_SUITE_P(
    Accept, FaultInjectionTest,
    testing::Combine(
        AllModels(),
        testing::Values(
            Fault{"Interrupted", "accept4", "error=EINTR:when=1..3", ""},
            Fault{"TakenByAnother", "accept4", "error=EAGAIN:when=1..3", ""},
            Fault{"Aborted", "accept4", "error=ECONNABORTED:when=1", "(ECONNABORTED)"},
            Fault{"ProtocolError", "accept4", "error=EPROTO:when=2", "(EPROTO)"},
            Fault{"Firewall", "accept4", "error=EPERM:when=1..2", "(EPERM)"},
            Fault{"OutOfDescriptors", "accept4", "error=EMFILE:when=1",
                  "(EMFILE); accepting with the reserve", Refused::kAnyByLoops},
            Fault{"OutOfDescriptorsAndReserve", "accept4", "error=EMFILE:when=1..2",
                  "(EMFILE); accepting with the reserve", Refused::kAnyByLoops},
            Fault{"OutOfFiles", "accept4", "error=ENFILE:when=2",
                  "(ENFILE); accepting with the reserve", Refused::kAnyByLoops},
            Fault{"OutOfBuffers", "accept4", "error=ENOBUFS:when=1", "(ENOBUFS); clients wait"},
            Fault{"OutOfMemory", "accept4", "error=ENOMEM:when=1", "(ENOMEM); clients wait"},
            Fault{"SecurityModule", "accept4", "error=EACCES:when=1..2", "(EACCES)"},
            Fault{"AbortedInARow", "accept4", "error=ECONNABORTED:when=1..40", "(ECONNABORTED)"})),
    NameOf);

// The parent's first worker does not start at once, nor does the worker's first connection.
INSTANTIATE_TEST_SUITE_P(
    Fork, FaultInjectionTest,
    testing::Combine(
        testing::Values("fork"),
        testing::Values(Fault{"OutOfProcesses", kFork, "error=EAGAIN:when=1",
                              "fork: Resource temporarily unavailable (EAGAIN); answering 503",
                              Refused::kFirst},
                        Fault{"OutOfMemory", kFork, "error=ENOMEM:when=1",
                              "fork: Cannot allocate memory (ENOMEM); answering 503",
                              Refused::kFirst})),
    NameOf);

INSTANTIATE_TEST_SUITE_P(StartOfAWorker, FaultInjectionTest,
                         testing::Combine(testing::Values("iterative", "prefork", "event"),
                                          testing::Values(Fault{
                                              "OutOfProcesses", kFork, "error=EAGAIN:when=1",
                                              "could not start a worker; trying again"})),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(
    Interruption, FaultInjectionTest,
    testing::Combine(AllModels(),
                     testing::Values(Fault{"Poll", "poll", "error=EINTR:when=1+3", ""},
                                     Fault{"PollOutOfMemory", "poll", "error=ENOMEM:when=2..4",
                                           "poll: Cannot allocate memory (ENOMEM)"},
                                     Fault{"EpollWait", kEpollWait, "error=EINTR:when=1+3", ""},
                                     Fault{"Receive", "recvfrom", "error=EINTR:when=1..3", ""},
                                     Fault{"Send", "sendto", "error=EINTR:when=1..3", ""},
                                     Fault{"LookForTheDead", "waitid", "error=EINTR:when=1..3", ""},
                                     Fault{"Wait", "wait4", "error=EINTR:when=1..3", ""})),
    NameOf);

// A worker's first send tells its parent that it is ready.
INSTANTIATE_TEST_SUITE_P(
    FullBuffer, FaultInjectionTest,
    testing::Combine(testing::Values("iterative", "prefork", "thread", "event"),
                     testing::Values(Fault{"Send", "sendto", "error=EAGAIN:when=2..3", ""})),
    NameOf);

class ModelFaultTest : public StraceTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Models, ModelFaultTest, AllModels(), NameOfModel);

TEST_P(ModelFaultTest, AShortageDuringTheStopLosesNobodyInTheQueue) {
  RunningServer server({absl::StrCat("--model=", GetParam()), "--workers=1"}, kTraced,
                       Strace({"", "accept4", "error=EMFILE:when=1", ""}));
  const std::vector<pid_t> workers = server.Workers();
  ASSERT_EQ(workers.size(), 1u);
  ASSERT_EQ(::kill(workers[0], SIGSTOP), 0);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kRequest));
  }
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "stopping"); }));
  ASSERT_EQ(::kill(workers[0], SIGCONT), 0);
  for (const net::UniqueFd& client : clients) {
    const std::string answer = ReceiveAll(client);
    if (ServesInLoop(GetParam())) {
      EXPECT_THAT(answer, AnyOf(EndsWith(kGreeting), StartsWith("HTTP/1.1 503 ")));
    } else {
      EXPECT_THAT(answer, EndsWith(kGreeting));
    }
  }
  EXPECT_EQ(server.process().Wait().code(), 0);
  EXPECT_TRUE(WasInjected());
}

// Rather than to live on with a listener that nobody accepts from.
TEST_P(ModelFaultTest, AWorkerThatCanAcceptNoMoreIsReplaced) {
  RunningServer server({absl::StrCat("--model=", GetParam()), "--workers=1"}, kTraced,
                       Strace({"", "accept4", "error=EINVAL:when=1+", ""}));
  const std::vector<pid_t> before = server.Workers();
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Eventually([&] {
    const std::vector<pid_t> now = server.Workers();
    return !now.empty() && now != before;
  }));
  EXPECT_THAT(server.process().Stderr(),
              AllOf(HasSubstr(absl::StrCat("accept4 on ", server.address(),
                                           ": Invalid argument (EINVAL)\n")),
                    HasSubstr("failed: exited with status 1")));
  EXPECT_EQ(server.Stop(), 0);
}

}  // namespace
}  // namespace forklift::tests
