#include "forklift/net/buffer.h"

#include <stddef.h>

#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

void Fill(absl::Span<char> room, std::string_view bytes) {
  ASSERT_GE(room.size(), bytes.size());
  bytes.copy(room.data(), bytes.size());
}

TEST(BufferTest, HoldsWhatWasCommittedUntilItIsConsumed) {
  Buffer buffer(100);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), 0u) << "no memory before it is needed";
  Fill(buffer.Room(11), "hello world");
  EXPECT_TRUE(buffer.empty()) << "not committed yet";
  buffer.Commit(5);
  EXPECT_EQ(buffer.bytes(), "hello");
  ASSERT_TRUE(buffer.Append(", you"));
  EXPECT_EQ(buffer.bytes(), "hello, you");
  buffer.Consume(7);
  EXPECT_EQ(buffer.bytes(), "you");
  buffer.Consume(3);
  EXPECT_TRUE(buffer.empty());
}

TEST(BufferTest, NeverExceedsItsLimit) {
  Buffer buffer(10);
  EXPECT_EQ(buffer.Room(1'000).size(), 10u);
  EXPECT_FALSE(buffer.Append("eleven bytes"));
  EXPECT_TRUE(buffer.empty()) << "nothing of it";
  ASSERT_TRUE(buffer.Append("ten bytes!"));
  EXPECT_TRUE(buffer.Room(1).empty());
  EXPECT_FALSE(buffer.Append("x"));
  EXPECT_TRUE(buffer.Append(""));
  buffer.Consume(4);
  EXPECT_EQ(buffer.Room(100).size(), 4u);
  EXPECT_EQ(buffer.bytes(), "bytes!");
}

TEST(BufferTest, ALimitOfNothingHoldsNothing) {
  Buffer buffer(0);
  EXPECT_TRUE(buffer.Room(1).empty());
  EXPECT_FALSE(buffer.Append("x"));
  EXPECT_EQ(buffer.bytes(), "");
}

TEST(BufferTest, WithoutALimitItGrowsAsNeeded) {
  Buffer buffer(static_cast<size_t>(-1));
  const std::string much(100'000, 'x');
  ASSERT_TRUE(buffer.Append(much));
  EXPECT_EQ(buffer.bytes(), much);
  EXPECT_LE(buffer.capacity(), 2 * much.size());
}

TEST(BufferTest, ReleaseGivesTheMemoryBack) {
  Buffer buffer(1'000);
  ASSERT_TRUE(buffer.Append("something"));
  buffer.Release();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), 0u);
  ASSERT_TRUE(buffer.Append("again"));
  EXPECT_EQ(buffer.bytes(), "again");
}

TEST(BufferTest, Moves) {
  Buffer first(20);
  ASSERT_TRUE(first.Append("moved"));
  Buffer second = std::move(first);
  EXPECT_EQ(second.bytes(), "moved");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): its state is promised
  ASSERT_TRUE(first.Append("new"));
  second = std::move(first);
  EXPECT_EQ(second.bytes(), "new");
  EXPECT_EQ(second.limit(), 20u);
}

// Every way of growing, moving and wrapping, against a queue that cannot be wrong.
TEST(BufferTest, BehavesAsAQueueOfBytes) {
  std::minstd_rand random(1);
  for (const size_t limit : {1u, 7u, 64u, 1'000u}) {
    Buffer buffer(limit);
    std::deque<char> model;
    char next = 0;
    for (int step = 0; step < 20'000; ++step) {
      if (random() % 2 == 0) {
        const absl::Span<char> room = buffer.Room(random() % (limit + 2));
        const size_t count = room.empty() ? 0 : random() % (room.size() + 1);
        for (size_t i = 0; i < count; ++i) model.push_back(room[i] = ++next);
        buffer.Commit(count);
      } else {
        const size_t count = random() % (model.size() + 1);
        model.erase(model.begin(), model.begin() + static_cast<ptrdiff_t>(count));
        buffer.Consume(count);
      }
      ASSERT_EQ(buffer.bytes(), std::string(model.begin(), model.end()));
      ASSERT_LE(buffer.size(), limit);
      ASSERT_LE(buffer.capacity(), 2 * limit);
    }
  }
}

// A byte at a time, consumed a byte at a time, with the buffer nearly full all along: memory that
// were moved for each byte would make this 30 GB of copying.
TEST(BufferTest, AQueueThatStaysNearlyFullIsNotMovedForEachByte) {
  constexpr size_t kLimit = 1 << 20;
  Buffer buffer(kLimit);
  ASSERT_TRUE(buffer.Append(std::string(kLimit - 1, 'x')));
  size_t moves = 0;
  const char* place = buffer.bytes().data();
  for (int i = 0; i < 30'000; ++i) {
    ASSERT_TRUE(buffer.Append("y"));
    buffer.Consume(1);
    if (buffer.bytes().data() != place + 1) ++moves;
    place = buffer.bytes().data();
  }
  EXPECT_LE(moves, 2u);
}

TEST(BufferDeathTest, MistakesOfTheCallerDie) {
  Buffer buffer(10);
  EXPECT_DEATH(buffer.Commit(1), "more than Room");
  ASSERT_TRUE(buffer.Append("abc"));
  EXPECT_DEATH(buffer.Consume(4), "more than there is");
}

TEST(BufferTest, ClearKeepsAsMuchMemoryAsItIsTold) {
  Buffer buffer(4096);
  ASSERT_GE(buffer.Room(1000).size(), 1000u);
  buffer.Commit(1000);
  const size_t capacity = buffer.capacity();
  buffer.Clear(capacity);
  EXPECT_EQ(buffer.size(), 0u);
  EXPECT_EQ(buffer.capacity(), capacity);
  buffer.Clear(capacity - 1);
  EXPECT_EQ(buffer.capacity(), 0u);
}

}  // namespace
}  // namespace forklift::net
