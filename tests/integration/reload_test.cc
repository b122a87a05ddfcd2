// The server's workers are replaced under load, and more or fewer of them serve, without a request
// that fails.
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/load_client.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;
using testing::IsEmpty;

constexpr size_t kReloads = 50;
constexpr size_t kClientsOfAKind = 8;

// Whether it comes to have `count` workers, none of which is among `old`.
bool HasNewWorkers(const RunningServer& server, size_t count, const std::vector<pid_t>& old) {
  return Eventually([&] {
    const std::vector<pid_t> now = server.Workers();
    return now.size() == count && std::none_of(now.begin(), now.end(), [&](pid_t pid) {
             return std::find(old.begin(), old.end(), pid) != old.end();
           });
  });
}

using ReloadTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, ReloadTest, AllModels(), NameOfModel);

TEST_P(ReloadTest, ReplacesAllWorkersAndLosesNoRequest) {
  RunningServer server({ModelFlag(), "--keep-alive-requests=100"});
  LoadClient client(server.address(), {.threads_of_a_kind = kClientsOfAKind});
  for (size_t i = 0; i < kReloads; ++i) {
    ASSERT_TRUE(client.HasAnswers(20));
    const std::vector<pid_t> old = server.Workers();
    ASSERT_FALSE(old.empty());
    server.process().Signal(SIGHUP);
    ASSERT_TRUE(HasNewWorkers(server, old.size(), old)) << server.process().Stderr();
  }
  EXPECT_TRUE(client.HasAnswers(20));
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
  EXPECT_LE(client.SentAgain(), kReloads * kClientsOfAKind);
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(ReloadTest, AStormOfReloadsEnds) {
  RunningServer server({ModelFlag()});
  const std::vector<pid_t> old = server.Workers();
  for (int i = 0; i < 100; ++i) server.process().Signal(SIGHUP);
  EXPECT_TRUE(HasNewWorkers(server, old.size(), old));
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(ReloadTest, AStopDuringAReload) {
  RunningServer server({ModelFlag()});
  server.process().Signal(SIGHUP);
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(ReloadTest, WorkersAreReplacedAfterTheirMostRequests) {
  RunningServer server({ModelFlag(), "--workers=1", "--keep-alive-requests=20", "--max-requests=50",
                        "--max-requests-jitter=50"});
  LoadClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    const std::vector<pid_t> old = server.Workers();
    ASSERT_TRUE(Eventually([&] {
      const std::vector<pid_t> now = server.Workers();
      return now.size() == 1 && now != old;
    }));
  }
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
}

using WorkersTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, WorkersTest, ConcurrentModels(), NameOfModel);

TEST_P(WorkersTest, OneMoreAndOneLess) {
  RunningServer server({ModelFlag(), "--workers=2"});
  LoadClient client(server.address());
  const auto comes_to_have = [&](size_t count) {
    return Eventually([&] { return server.Workers().size() == count; });
  };
  ASSERT_TRUE(comes_to_have(2));
  server.process().Signal(SIGTTIN);
  EXPECT_TRUE(comes_to_have(3));
  EXPECT_TRUE(client.HasAnswers(20));
  server.process().Signal(SIGTTOU);
  EXPECT_TRUE(comes_to_have(2));
  EXPECT_TRUE(client.HasAnswers(20));
  server.process().Signal(SIGTTOU);
  EXPECT_TRUE(comes_to_have(1));
  server.process().Signal(SIGTTOU);
  EXPECT_TRUE(client.HasAnswers(20));
  EXPECT_EQ(server.Workers().size(), 1u) << "the last one stays";
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
  EXPECT_EQ(server.Stop(), 0);
}

TEST(IterativeModelTest, HasOneWorkerWhateverItIsTold) {
  RunningServer server({"--model=iterative"});
  server.process().Signal(SIGTTIN);
  server.process().Signal(SIGHUP);
  ASSERT_TRUE(Eventually([&] {
    return absl::StrContains(server.process().Stderr(), "all workers are of the new generation");
  }));
  EXPECT_EQ(server.Workers().size(), 1u);
}

}  // namespace
}  // namespace forklift::tests
