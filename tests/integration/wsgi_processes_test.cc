// Applications that start processes and threads.
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::HasSubstr;

class WsgiProcessesTest : public WsgiTest {
 protected:
  RunningServer server_ = Serve("processes");

  std::string Ask(std::string_view target) {
    return ContentOf(Exchange(server_.address(), Get(target)));
  }
};
INSTANTIATE_TEST_SUITE_P(Models, WsgiProcessesTest, WsgiModels(), NameOfWsgiModel);

int CountOf(std::string_view what, std::string_view text) {
  int count = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST_P(WsgiProcessesTest, AForkThatComesBackAnswersNothing) {
  const std::string answer = Exchange(server_.address(), Get("/fork/and/return"));
  EXPECT_EQ(CountOf("HTTP/1.1 ", answer), 1) << answer;
  EXPECT_EQ(Ask("/fork/and/exit"), "3");
  EXPECT_EQ(Ask("/fork/and/exit"), "3") << "the worker has lost its way";
}

TEST_P(WsgiProcessesTest, ProgramsHaveTheirSignals) {
  EXPECT_EQ(Ask("/terminate"), "-15");
  EXPECT_EQ(Ask("/signals"), "blocked 0, ignored 0");
}

// The server's own signals still do nothing to a worker.
TEST_P(WsgiProcessesTest, ASignalToAllProcessesIsTheParentsToHandle) {
  for (const pid_t worker : server_.Workers()) {
    ASSERT_EQ(::kill(worker, SIGINT), 0);
    ASSERT_EQ(::kill(worker, SIGTERM), 0);
  }
  EXPECT_EQ(Ask("/signals"), "blocked 0, ignored 0");
  EXPECT_FALSE(absl::StrContains(server_.process().Stderr(), "killed by signal"));
}

// Code 4 of a worker that does not start means that no other would either.
TEST_P(WsgiProcessesTest, AnExitCodeOfTheApplicationsIsNotTheServers) {
  EXPECT_EQ(Exchange(server_.address(), Get("/exit/code/4")), "");
  EXPECT_TRUE(Eventually([&] { return Ask("/signals") == "blocked 0, ignored 0"; }));
}

TEST_P(WsgiProcessesTest, AnotherThreadMayNotAnswer) {
  EXPECT_THAT(Ask("/write/from/thread"), HasSubstr("for the thread"));
}

// All of a worker's threads are at work: new clients are the other worker's.
TEST(WsgiBalanceTest, AWorkerThatHasNoThreadFreeTakesNoMore) {
  ::unlink(TemporaryPath("record").c_str());
  const WsgiGate gate;
  std::map<std::string, std::string> environment = gate.Environment();
  environment.emplace("RECORD", TemporaryPath("record"));
  RunningServer server(
      {"--workers=2", "--threads=2", "--pythonpath=" + WsgiApplications(), "processes"},
      {.limits = {}, .user = {}, .environment = std::move(environment)});
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), Get("/wait/for/gate")));
    ASSERT_TRUE(Eventually([&] { return CountOf("here", ReadFile(TemporaryPath("record"))) > i; }));
  }
  for (size_t i = 0; i < clients.size(); ++i) gate.LetGoOn();
  for (const net::UniqueFd& client : clients) EXPECT_EQ(ContentOf(ReceiveAll(client)), "let go");
}

}  // namespace
}  // namespace forklift::tests
