#include "forklift/net/timer_queue.h"

#include <stddef.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Deadlines that have passed, `order` of them one after the other; and one that never comes.
Deadline Past(int order) {
  static const Deadline base = Deadline::After(absl::ZeroDuration());
  // Deadline has no arithmetic; its clock does. These are made once, in order.
  static std::vector<Deadline>& made = *new std::vector<Deadline>{base};
  while (made.size() <= static_cast<size_t>(order)) {
    const Deadline later = Deadline::After(absl::ZeroDuration());
    if (later > made.back()) made.push_back(later);
  }
  return made[static_cast<size_t>(order)];
}
Deadline Far() { return Deadline::After(absl::Hours(1)); }

class TimerQueueTest : public testing::Test {
 protected:
  TimerId Add(Deadline deadline, int name) {
    return timers_.Add(deadline, [this, name] { ran_.push_back(name); });
  }

  TimerQueue timers_;
  std::vector<int> ran_;
};

TEST_F(TimerQueueTest, RunsWhatIsDueInTheOrderOfDeadlines) {
  Add(Past(3), 3);
  Add(Past(1), 1);
  Add(Far(), 9);
  Add(Past(2), 2);
  EXPECT_EQ(timers_.NextDeadline(), Past(1));
  EXPECT_EQ(timers_.RunExpired(), 3u);
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3));
  EXPECT_EQ(timers_.size(), 1u);
  EXPECT_EQ(timers_.RunExpired(), 0u);
}

TEST_F(TimerQueueTest, EqualDeadlinesRunInTheOrderOfAdding) {
  for (int i = 0; i < 50; ++i) Add(Past(1), i);
  timers_.RunExpired();
  ASSERT_EQ(ran_.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ran_[static_cast<size_t>(i)], i);
}

TEST_F(TimerQueueTest, NothingToWaitForIsInfinite) {
  EXPECT_TRUE(timers_.NextDeadline().infinite());
  Add(Deadline::Infinite(), 1);
  EXPECT_TRUE(timers_.NextDeadline().infinite());
  EXPECT_EQ(timers_.RunExpired(), 0u);
}

TEST_F(TimerQueueTest, ACancelledTimerDoesNotRunAndItsCallbackIsGone) {
  auto owned = std::make_shared<int>();
  const TimerId timer = timers_.Add(Past(1), [owned] { FAIL(); });
  Add(Past(2), 2);
  EXPECT_EQ(owned.use_count(), 2);
  EXPECT_TRUE(timers_.Cancel(timer));
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_FALSE(timers_.Cancel(timer)) << "once only";
  timers_.RunExpired();
  EXPECT_THAT(ran_, ElementsAre(2));
}

TEST_F(TimerQueueTest, ANameIsNotGivenToAnother) {
  const TimerId ran = Add(Past(1), 1);
  timers_.RunExpired();
  const TimerId next = Add(Far(), 2);  // in the same place in memory
  EXPECT_FALSE(timers_.Cancel(ran));
  EXPECT_FALSE(timers_.Move(ran, Past(1)));
  EXPECT_FALSE(timers_.Cancel(TimerId()));
  EXPECT_NE(ran, next);
  EXPECT_EQ(timers_.size(), 1u);
  EXPECT_TRUE(timers_.Cancel(next));
}

TEST_F(TimerQueueTest, MovesEarlierAndLater) {
  const TimerId first = Add(Past(1), 1);
  const TimerId second = Add(Far(), 2);
  Add(Past(5), 5);
  EXPECT_TRUE(timers_.Move(first, Far()));
  EXPECT_TRUE(timers_.Move(second, Past(3)));
  timers_.RunExpired();
  EXPECT_THAT(ran_, ElementsAre(2, 5));
}

TEST_F(TimerQueueTest, ATimerThatRenewsItselfDoesNotHoldTheLoop) {
  int runs = 0;
  struct Renewing {
    TimerQueue& timers;
    int& runs;
    void operator()() && {
      ++runs;
      timers.Add(Deadline::After(absl::ZeroDuration()), Renewing{timers, runs});
    }
  };
  timers_.Add(Past(1), Renewing{timers_, runs});
  Add(Past(2), 2);
  EXPECT_EQ(timers_.RunExpired(), 2u);
  EXPECT_EQ(runs, 1);
  EXPECT_THAT(ran_, ElementsAre(2));
  EXPECT_EQ(timers_.RunExpired(), 1u);
  EXPECT_EQ(runs, 2);
}

TEST_F(TimerQueueTest, ACallbackMayCancelTheNextAndItselfIsNoneAnyMore) {
  TimerId self, next;
  bool cancelled_itself = true;
  self = timers_.Add(Past(1), [&] {
    cancelled_itself = timers_.Cancel(self);
    EXPECT_TRUE(timers_.Cancel(next));
    Add(Past(1), 3);
  });
  next = Add(Past(2), 2);
  EXPECT_EQ(timers_.RunExpired(), 1u);
  EXPECT_FALSE(cancelled_itself);
  EXPECT_THAT(ran_, IsEmpty());
  EXPECT_EQ(timers_.RunExpired(), 1u);
  EXPECT_THAT(ran_, ElementsAre(3));
}

// As a connection that owns its other timers, and is owned by one.
TEST_F(TimerQueueTest, WhatACallbackOwnsMayCancelWhenTheQueueGoes) {
  struct Connection {
    explicit Connection(TimerQueue& timers) : timers(timers) {}
    ~Connection() { timers.Cancel(write); }
    TimerQueue& timers;
    TimerId write;
  };
  auto timers = std::make_unique<TimerQueue>();
  auto connection = std::make_shared<Connection>(*timers);
  connection->write = timers->Add(Far(), [text = std::string(100, 'x')] {});
  timers->Add(Far(), [connection] {});
  connection.reset();
  timers.reset();
}

// Random adds, moves and cancels, against a sorted set that cannot be wrong.
TEST_F(TimerQueueTest, BehavesAsASortedSet) {
  std::minstd_rand random(1);
  std::set<std::pair<int, int>> model;  // order of the deadline, name
  struct Timer {
    TimerId id;
    int order;
  };
  std::vector<Timer> timers;
  Past(2'000);
  // Every order once, so that equal deadlines do not matter here.
  std::vector<int> orders(2'001);
  for (int i = 0; i <= 2'000; ++i) orders[static_cast<size_t>(i)] = i;
  std::shuffle(orders.begin(), orders.end(), random);
  for (int name = 0; name < 1'000; ++name) {
    const int order = orders.back();
    orders.pop_back();
    timers.push_back({Add(Past(order), name), order});
    model.emplace(order, name);
    const int other = static_cast<int>(random() % timers.size());
    Timer& touched = timers[static_cast<size_t>(other)];
    const bool alive = model.erase({touched.order, other}) == 1;
    if (random() % 3 == 0) {
      EXPECT_EQ(timers_.Cancel(touched.id), alive);
    } else {
      touched.order = orders.back();
      orders.pop_back();
      EXPECT_EQ(timers_.Move(touched.id, Past(touched.order)), alive);
      if (alive) model.emplace(touched.order, other);
    }
    ASSERT_EQ(timers_.size(), model.size());
    ASSERT_EQ(timers_.NextDeadline(),
              model.empty() ? Deadline::Infinite() : Past(model.begin()->first));
  }
  std::vector<int> expected;
  for (const auto& [order, name] : model) expected.push_back(name);
  EXPECT_EQ(timers_.RunExpired(), expected.size());
  EXPECT_EQ(ran_, expected);
}

}  // namespace
}  // namespace forklift::net
