#include "forklift/proc/shared_array.h"

#include <stddef.h>

#include <atomic>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using Counts = SharedArray<std::atomic<int>>;

struct Seven {
  int value = 7;
};

TEST(SharedArrayTest, ParentAndChildSeeWhatTheOtherWrites) {
  const absl::StatusOr<Counts> counts = Counts::Create(3);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->size(), 3u);
  (*counts)[0] = 1;
  const int seen = tests::InChild([&] {
    (*counts)[2] = 40;
    return (*counts)[0] + (*counts)[1];
  });
  EXPECT_EQ(seen, 1);
  EXPECT_EQ((*counts)[2], 40);
}

TEST(SharedArrayTest, BeginsAsItsElementsDo) {
  const auto sevens = SharedArray<Seven>::Create(2);
  ASSERT_TRUE(sevens.ok()) << sevens.status();
  EXPECT_EQ((*sevens)[1].value, 7);
}

TEST(SharedArrayTest, MovesWithItsMemory) {
  absl::StatusOr<Counts> counts = Counts::Create(1);
  ASSERT_TRUE(counts.ok()) << counts.status();
  (*counts)[0] = 5;
  const Counts moved = *std::move(counts);
  EXPECT_EQ(moved[0], 5);
}

TEST(SharedArrayTest, ShortOfMemoryItSaysSo) {
  constexpr size_t kTooMuch = size_t{1} << 50;
  const absl::StatusOr<Counts> counts = Counts::Create(kTooMuch);
  EXPECT_TRUE(absl::IsResourceExhausted(counts.status())) << counts.status();
}

TEST(SharedArrayDeathTest, HasNoElementBeyondItsSize) {
  const absl::StatusOr<Counts> counts = Counts::Create(2);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_DEATH((*counts)[2].load(), "no such element");
  EXPECT_DEATH((void)Counts::Create(0), "of nothing");
}

}  // namespace
}  // namespace forklift::proc
