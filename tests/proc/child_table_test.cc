#include "forklift/proc/child_table.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Eventually;

TEST(ChildTableTest, TellsWhichChildEndedHowAndWhatItWasFor) {
  std::map<std::string, ExitStatus> ended;
  ChildTable<std::string> children(
      10, [&](pid_t, ExitStatus status, std::string& job) { ended.emplace(job, status); });
  const absl::StatusOr<pid_t> clean = children.Start("clean", [] { return 0; });
  const absl::StatusOr<pid_t> failed = children.Start("failed", [] { return 3; });
  const absl::StatusOr<pid_t> killed = children.Start("killed", [] { return ::pause(); });
  ASSERT_TRUE(clean.ok() && failed.ok() && killed.ok());
  ASSERT_NE(children.Find(*failed), nullptr);
  EXPECT_EQ(*children.Find(*failed), "failed");
  EXPECT_EQ(children.Find(::getpid()), nullptr);
  std::vector<pid_t> pids;
  for (const auto& [pid, job] : children) pids.push_back(pid);
  EXPECT_EQ(pids.size(), 3u);

  EXPECT_TRUE(children.Signal(*killed, SIGTERM));
  ASSERT_TRUE(Eventually([&] { return children.ReapAll(), children.size() == 0; }));
  EXPECT_EQ(ended.at("clean").code(), 0);
  EXPECT_EQ(ended.at("failed").code(), 3);
  EXPECT_EQ(ended.at("killed").signal(), SIGTERM);
  EXPECT_EQ(children.counts(),
            (ChildCounts{.started = 3, .exited_cleanly = 1, .failed = 1, .signalled = 1}));
  EXPECT_EQ(children.Find(*clean), nullptr);
  EXPECT_FALSE(children.Signal(*killed, SIGTERM)) << "its pid may be another's";
}

TEST(ChildTableTest, AForkBombEndsAtTheLimit) {
  const tests::Holdings before = tests::Holdings::Now();
  ChildTable<int> children(3, [](pid_t, ExitStatus, int&) {});
  int started = 0;
  for (int i = 0; i < 1'000; ++i) {
    const absl::StatusOr<pid_t> child = children.Start(int{i}, [] { return ::pause(); });
    if (child.ok()) {
      ++started;
      continue;
    }
    EXPECT_EQ(child.status(), absl::ResourceExhaustedError("all 3 children are running"));
  }
  EXPECT_EQ(started, 3);
  EXPECT_TRUE(children.full());
  EXPECT_EQ(tests::Holdings::Now().children.size(), before.children.size() + 3);
  children.SignalAll(SIGKILL);
  ASSERT_TRUE(Eventually([&] { return children.ReapAll(), !children.full(); }));
  EXPECT_TRUE(children.Start(1, [] { return 0; }).ok()) << "an end makes room";
  ASSERT_TRUE(Eventually([&] { return children.ReapAll(), children.size() == 0; }));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(ChildTableTest, AZombieThatIsNotReapedCounts) {
  ChildTable<int> children(1, [](pid_t, ExitStatus, int&) {});
  const absl::StatusOr<pid_t> child = children.Start(1, [] { return 0; });
  ASSERT_TRUE(child.ok());
  siginfo_t ended;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(*child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(children.Start(2, [] { return 0; }).ok());
  EXPECT_EQ(children.ReapAll(), 1u);
  EXPECT_FALSE(children.full());
}

TEST(ChildTableTest, APayloadThatDidNotStartIsAsItWas) {
  ChildTable<std::unique_ptr<int>> children(0, [](pid_t, ExitStatus, std::unique_ptr<int>&) {});
  auto payload = std::make_unique<int>(7);
  EXPECT_FALSE(children.Start(std::move(payload), [] { return 0; }).ok());
  // NOLINTNEXTLINE(bugprone-use-after-move): what is promised
  EXPECT_TRUE(payload != nullptr && *payload == 7);
  EXPECT_EQ(children.counts(), ChildCounts{});
}

TEST(ChildTableTest, NoChildHoldsTheDescriptorOfAPayload) {
  std::vector<ExitStatus> ended;
  ChildTable<net::UniqueFd> children(
      2, [&](pid_t, ExitStatus status, net::UniqueFd&) { ended.push_back(status); });
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const int first = pipe->read_end.get();
  const int second = pipe->write_end.get();
  const auto count_open = [&] {
    return static_cast<int>(::fcntl(first, F_GETFD) != -1) +
           static_cast<int>(::fcntl(second, F_GETFD) != -1);
  };
  ASSERT_TRUE(children.Start(std::move(pipe->read_end), [&] { return count_open(); }).ok());
  ASSERT_TRUE(children.Start(std::move(pipe->write_end), [&] { return count_open(); }).ok());
  EXPECT_EQ(count_open(), 2) << "the parent keeps them";
  ASSERT_TRUE(Eventually([&] { return children.ReapAll(), children.size() == 0; }));
  EXPECT_EQ(count_open(), 0) << "until the children have ended";
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].code() + ended[1].code(), 1) << "the first still had the second's";
}

TEST(ChildTableTest, TheCallbackMayStartTheNextInTheRoomOfTheLast) {
  int started = 1;
  ChildTable<int>* table = nullptr;
  ChildTable<int> children(1, [&](pid_t, ExitStatus, int& number) {
    if (number < 20 && table->Start(number + 1, [] { return 0; }).ok()) ++started;
  });
  table = &children;
  ASSERT_TRUE(children.Start(1, [] { return 0; }).ok());
  ASSERT_TRUE(Eventually([&] { return children.ReapAll(), children.size() == 0; }));
  EXPECT_EQ(started, 20);
  EXPECT_EQ(children.counts().exited_cleanly, 20u);
}

// Fault 59.
TEST(ChildTableTest, AGroupOfItsOwnEndsWithTheChild) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  ChildTable<int> children(1, [](pid_t, ExitStatus, int&) {});
  const absl::StatusOr<pid_t> child = children.Start(
      1, [] { return Fork([] { return ::pause(); }).ok() ? 0 : 1; }, {}, ChildGroup::kOwn);
  ASSERT_TRUE(child.ok());
  pipe->write_end.reset();
  pollfd entry = {.fd = pipe->read_end.get(), .events = POLLIN, .revents = 0};
  siginfo_t ended;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(*child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(::poll(&entry, 1, 0), 0) << "the grandchild lives";
  ASSERT_EQ(children.ReapAll(), 1u);
  EXPECT_EQ(children.counts().exited_cleanly, 1u);
  ASSERT_EQ(::poll(&entry, 1, 30'000), 1);
  EXPECT_NE(entry.revents & POLLHUP, 0) << "and now no more";
}

// In a child, which is a subreaper for good.
TEST(ChildTableTest, ASubreaperReapsTheOrphansOfItsChildren) {
  const absl::StatusOr<pid_t> subreaper = Fork([] {
    if (!BecomeSubreaper().ok()) return 1;
    int unknown = 0;
    ChildTable<int> children(1, [](pid_t, ExitStatus, int&) {});
    children.ReapEverything([&](pid_t, ExitStatus status) { unknown += status.code(); });
    const absl::StatusOr<pid_t> child = children.Start(
        1, [] { return Fork([] { return 7; }).ok() && Fork([] { return 8; }).ok() ? 0 : 1; });
    if (!child.ok()) return 2;
    if (!Eventually([&] { return children.ReapAll(), unknown == 15; })) return 3;
    if (!Eventually([&] { return children.ReapAll(), children.size() == 0; })) return 4;
    return children.counts() == ChildCounts{.started = 1, .exited_cleanly = 1} ? 0 : 5;
  });
  ASSERT_TRUE(subreaper.ok());
  int status = -1;
  ASSERT_EQ(::waitpid(*subreaper, &status, 0), *subreaper);
  EXPECT_EQ(status, 0) << "the exit code is the step that failed";
}

TEST(ChildTableTest, AStatusThatAnotherWaitTookCountsAsFailed) {
  ChildTable<int> children(1, [](pid_t, ExitStatus, int&) {});
  const absl::StatusOr<pid_t> child = children.Start(1, [] { return 0; });
  ASSERT_TRUE(child.ok());
  ASSERT_EQ(::waitpid(*child, nullptr, 0), *child);
  ASSERT_EQ(children.ReapAll(), 1u);
  EXPECT_EQ(children.counts(), (ChildCounts{.started = 1, .failed = 1}));
}

}  // namespace
}  // namespace forklift::proc
