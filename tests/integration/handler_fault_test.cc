// A handler that crashes or hangs, and a worker that does not move, take along no more than what
// the model has them share; the server serves on.
#include <signal.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view kCrash = "GET /crash HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kHang = "GET /hang HTTP/1.1\r\nHost: a\r\n\r\n";

using HandlerFaultTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, HandlerFaultTest, AllModels(), NameOfModel);

TEST_P(HandlerFaultTest, ACrashIsReportedAndTheServerServesOn) {
  RunningServer server({ModelFlag(), "--workers=1"});
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Exchange(server.address(), kCrash), AnyOf("", "<reset>"));
    EXPECT_THAT(server.GetAtOnce(5), Each(EndsWith(kGreeting)));
  }
  EXPECT_THAT(server.process().Stderr(), HasSubstr(" killed by signal 11"));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(HandlerFaultTest, AHandlerThatHangsIsCutOffAndTheServerServesOn) {
  RunningServer server({ModelFlag(), "--workers=1", "--request-timeout=500ms",
                        "--drain-timeout=100ms", "--kill-timeout=100ms"});
  for (int i = 0; i < 2; ++i) {
    const net::UniqueFd hanging = Connect(server.address());
    ASSERT_TRUE(Send(hanging, kHang));
    EXPECT_THAT(ReceiveAll(hanging), AnyOf("", "<reset>"));
    EXPECT_THAT(server.GetAtOnce(5), Each(EndsWith(kGreeting)));
  }
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(HandlerFaultTest, AWorkerThatHangsHasNoTimeToDrain) {
  if (Model() == "thread") GTEST_SKIP() << "its other threads have";
  RunningServer server({ModelFlag(), "--workers=1", "--request-timeout=500ms", "--drain-timeout=1h",
                        "--kill-timeout=100ms"});
  const net::UniqueFd hanging = Connect(server.address());
  ASSERT_TRUE(Send(hanging, kHang));
  EXPECT_THAT(ReceiveAll(hanging), AnyOf("", "<reset>"));
  EXPECT_EQ(server.Stop(), 0);
}

// Stopped from outside (SIGSTOP), it looks like one that hangs.
TEST_P(HandlerFaultTest, AWorkerThatDoesNotMoveIsReplacedAndNobodyIsLost) {
  RunningServer server({ModelFlag(), "--workers=1", "--request-timeout=500ms"});
  const std::vector<pid_t> before = server.Workers();
  ASSERT_EQ(before.size(), 1u);
  ASSERT_EQ(::kill(before[0], SIGSTOP), 0);
  EXPECT_THAT(server.GetAtOnce(10), Each(EndsWith(kGreeting)));
  EXPECT_TRUE(Eventually([&] {
    const std::vector<pid_t> now = server.Workers();
    return now.size() == 1 && now != before;
  }));
  EXPECT_EQ(server.Stop(), 0);
}

using TwoWorkersTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, TwoWorkersTest, ConcurrentModels(), NameOfModel);

TEST_P(TwoWorkersTest, OthersAreServedWhileAHandlerHangs) {
  RunningServer server({ModelFlag(), "--workers=2", "--request-timeout=1h", "--drain-timeout=0s",
                        "--kill-timeout=100ms"});
  const net::UniqueFd hanging = Connect(server.address());
  ASSERT_TRUE(Send(hanging, kHang));
  // Whom its worker has taken in before, in prefork and event, waits with it.
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "hanging"); }));
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  }
  EXPECT_FALSE(IsReadable(hanging));
  EXPECT_EQ(server.Stop(), 0) << "the drain timeout ends it";
}

TEST_P(TwoWorkersTest, OthersAreServedWhileAWorkerDoesNotMove) {
  RunningServer server({ModelFlag(), "--workers=2", "--request-timeout=1h"});
  const std::vector<pid_t> workers = server.Workers();
  ASSERT_EQ(workers.size(), 2u);
  for (const pid_t worker : workers) {
    ASSERT_EQ(::kill(worker, SIGSTOP), 0);
    EXPECT_THAT(server.GetAtOnce(10), Each(EndsWith(kGreeting)));
    ASSERT_EQ(::kill(worker, SIGCONT), 0);
  }
  EXPECT_EQ(server.Workers(), workers);
  EXPECT_EQ(server.Stop(), 0);
}

}  // namespace
}  // namespace forklift::tests
