// Where applications run: in which process, in which thread, and beside whom.
#include <signal.h>
#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// What wsgi/process_of.py says.
struct Place {
  pid_t process = 0;
  std::string thread;
  pid_t imported_in = 0;
};

Place PlaceOf(const RunningServer& server) {
  const std::vector<std::string> words =
      absl::StrSplit(absl::StripSuffix(ContentOf(Exchange(server.address(), kRequest)), "\n"), ' ');
  Place place;
  EXPECT_TRUE(words.size() == 3 && absl::SimpleAtoi(words[0], &place.process) &&
              absl::SimpleAtoi(words[2], &place.imported_in));
  place.thread = words.size() == 3 ? words[1] : "";
  return place;
}

using WsgiModelsTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiModelsTest, WsgiModels(), NameOfWsgiModel);

TEST_P(WsgiModelsTest, AWorkerImportsAndRunsIt) {
  const RunningServer server = Serve("process_of:application", {"--workers=1"});
  const std::vector<pid_t> workers = server.Workers();
  ASSERT_THAT(workers, SizeIs(1));
  std::set<pid_t> processes;
  for (int i = 0; i < 5; ++i) {
    const Place place = PlaceOf(server);
    EXPECT_EQ(place.imported_in, workers[0]);
    processes.insert(place.process);
  }
  if (Model() == "fork") {
    EXPECT_THAT(processes, AllOf(SizeIs(5), Not(Contains(workers[0])))) << "one a connection";
  } else {
    EXPECT_THAT(processes, testing::ElementsAre(workers[0]));
  }
}

TEST_P(WsgiModelsTest, WithPreloadTheParentImportsIt) {
  RunningServer server = Serve("process_of:application", {"--workers=1", "--preload"});
  const Place place = PlaceOf(server);
  EXPECT_EQ(place.imported_in, server.process().pid());
  EXPECT_NE(place.process, server.process().pid());
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiModelsTest, ManyClientsAtOnce) {
  RunningServer server = Serve("hello:application", {TwoWorkersFlag()});
  for (int i = 0; i < 5; ++i) EXPECT_THAT(server.GetAtOnce(40), Each(EndsWith(kGreeting)));
  EXPECT_THAT(server.process().Stderr(), Not(HasSubstr("Traceback")));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiModelsTest, WhatIsPrintedReachesTheOutputAndTheLog) {
  RunningServer server = Serve("printing:application", {"--workers=1", "--access-log=off"});
  EXPECT_EQ(ContentOf(Exchange(server.address(), kRequest)), "Hello, World!\n");
  EXPECT_EQ(server.process().ReadLine(), "printed by the application");
  for (const char* text : {"to standard error\n", "to wsgi.errors: \u20ac\nand lines\n"}) {
    EXPECT_TRUE(ComesToLog(server, text)) << text;
  }
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiModelsTest, AKilledWorkerIsReplaced) {
  RunningServer server = Serve("process_of:application", {"--workers=1"});
  const std::vector<pid_t> before = server.Workers();
  ASSERT_THAT(before, SizeIs(1));
  ASSERT_EQ(::kill(before[0], SIGKILL), 0);
  ASSERT_TRUE(Eventually([&] {
    const std::vector<pid_t> now = server.Workers();
    return now.size() == 1 && now != before;
  }));
  EXPECT_NE(PlaceOf(server).imported_in, before[0]);
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiModelsTest, AnIdleConnectionDoesNotKeepAStopWaiting) {
  RunningServer server = Serve("hello:application", {"--keep-alive=1h", "--drain-timeout=1h"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  ASSERT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_EQ(ReceiveAll(client), "");
}

class ThreadsTest : public WsgiTest {};
INSTANTIATE_TEST_SUITE_P(Models, ThreadsTest, testing::Values("threads"), NameOfWsgiModel);

TEST_P(ThreadsTest, TwoRequestsOfOneWorkerMeet) {
  const RunningServer server = Serve("meeting:application", {"--workers=1", "--threads=2"});
  const net::UniqueFd one = Connect(server.address());
  const net::UniqueFd other = Connect(server.address());
  ASSERT_TRUE(Send(one, kRequest));
  ASSERT_TRUE(Send(other, kRequest));
  EXPECT_THAT(ReceiveAll(one), HasSubstr("met\n"));
  EXPECT_THAT(ReceiveAll(other), HasSubstr("met\n"));
}

TEST_P(ThreadsTest, OneConnectionsPipelinedRequestsDoNotOvertake) {
  const RunningServer server = Serve("environ_echo:application", {"--workers=1", "--threads=8"});
  const net::UniqueFd client = Connect(server.address());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&requests, "GET /number", i, "/ HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  ASSERT_TRUE(Send(client, requests + Get("/last")));
  const std::string answers = ReceiveAll(client);
  size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = answers.find(absl::StrCat("/number", i, "/"), at);
    ASSERT_NE(at, answers.npos) << i;
  }
}

}  // namespace
}  // namespace forklift::tests
