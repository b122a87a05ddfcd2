#include "forklift/http/server/handler_pool.h"

#include <errno.h>
#include <sys/syscall.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/in_child.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

void Submit(HandlerPool& pool, HandlerPool::Job job) {
  std::vector<HandlerPool::Job> jobs;
  jobs.push_back(std::move(job));
  pool.Submit(jobs);
  EXPECT_TRUE(jobs.empty());
}

TEST(HandlerPoolTest, OneThreadRunsJobsInOrder) {
  std::vector<int> ran;
  absl::BlockingCounter all(100);
  const auto pool = *HandlerPool::Create(1, absl::InfiniteDuration());
  for (int i = 0; i < 100; ++i) {
    Submit(*pool, [&, i](absl::FunctionRef<void()>) {
      ran.push_back(i);
      all.DecrementCount();
    });
  }
  all.Wait();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
}

TEST(HandlerPoolTest, RunsJobsThatComeTogetherInOrder) {
  std::vector<int> ran;
  absl::BlockingCounter all(100);
  std::vector<HandlerPool::Job> jobs;
  for (int i = 0; i < 100; ++i) {
    jobs.push_back([&, i](absl::FunctionRef<void()>) {
      ran.push_back(i);
      all.DecrementCount();
    });
  }
  const auto pool = *HandlerPool::Create(1, absl::InfiniteDuration());
  pool->Submit(jobs);
  EXPECT_TRUE(jobs.empty());
  all.Wait();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
}

// Each of which waits for the others: none may keep a thread from being woken for the next.
TEST(HandlerPoolTest, RunsAsManyThatComeTogetherAtOnceAsItHasThreads) {
  absl::Barrier* const barrier = new absl::Barrier(4);
  absl::BlockingCounter all(4);
  std::vector<HandlerPool::Job> jobs;
  for (int i = 0; i < 4; ++i) {
    jobs.push_back([&](absl::FunctionRef<void()>) {
      if (barrier->Block()) delete barrier;
      all.DecrementCount();
    });
  }
  const auto pool = *HandlerPool::Create(4, absl::InfiniteDuration());
  pool->Submit(jobs);
  all.Wait();
}

TEST(HandlerPoolTest, AJobThatBlocksHoldsUpItsThreadOnly) {
  absl::Notification blocked, done;
  const auto pool = *HandlerPool::Create(2, absl::InfiniteDuration());
  Submit(*pool, [&](absl::FunctionRef<void()>) { blocked.WaitForNotification(); });
  Submit(*pool, [&](absl::FunctionRef<void()>) { done.Notify(); });
  done.WaitForNotification();
  EXPECT_FALSE(pool->IsStuck());
  blocked.Notify();
}

TEST(HandlerPoolTest, AJobThatTakesTooLongIsSeen) {
  absl::Notification blocked;
  const auto pool = *HandlerPool::Create(2, absl::Milliseconds(1));
  Submit(*pool, [&](absl::FunctionRef<void()>) { blocked.WaitForNotification(); });
  EXPECT_TRUE(tests::Eventually([&] { return pool->IsStuck(); }));
  blocked.Notify();
  EXPECT_TRUE(tests::Eventually([&] { return !pool->IsStuck(); }));
}

TEST(HandlerPoolTest, LeavesNothingOfAJobBehind) {
  const auto owned = std::make_shared<int>(0);
  {
    absl::Notification running, go_on;
    const auto pool = *HandlerPool::Create(1, absl::InfiniteDuration());
    Submit(*pool, [&](absl::FunctionRef<void()>) {
      running.Notify();
      go_on.WaitForNotification();
    });
    running.WaitForNotification();
    Submit(*pool, [owned](absl::FunctionRef<void()>) {});
    EXPECT_EQ(owned.use_count(), 2);
    go_on.Notify();
  }
  EXPECT_EQ(owned.use_count(), 1) << "run or dropped, it is gone";
}

TEST(HandlerPoolTest, WithoutAThreadToBeHadItSaysSo) {
  EXPECT_EQ(tests::InChild([] {
              if (!tests::RefuseSystemCalls({SYS_clone, SYS_clone3}, EAGAIN)) return 98;
              const auto pool = HandlerPool::Create(2, absl::InfiniteDuration());
              return absl::IsUnavailable(pool.status()) ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace forklift::http::server
