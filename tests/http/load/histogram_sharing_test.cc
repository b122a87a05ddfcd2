// A Histogram that one process or thread writes while another reads.
#include <stdint.h>

#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "forklift/proc/shared_array.h"
#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(HistogramSharingTest, AParentMergesWhatItsChildrenRecorded) {
  const auto histograms = proc::SharedArray<Histogram>::Create(2);
  ASSERT_TRUE(histograms.ok()) << histograms.status();
  for (int worker : {0, 1}) {
    tests::InChild([&] {
      (*histograms)[worker].Record(absl::Milliseconds(worker + 1), 10);
      return 0;
    });
  }
  Histogram all;
  for (int worker : {0, 1}) all.Merge((*histograms)[worker]);
  EXPECT_EQ(all.count(), 20u);
  EXPECT_EQ(all.min(), absl::Milliseconds(1));
  EXPECT_EQ(all.max(), absl::Milliseconds(2));
}

TEST(HistogramSharingTest, AReaderSeesWholeRecordsOnly) {
  constexpr uint64_t kRecords = 1'000'000;
  Histogram histogram;
  const std::jthread writer([&] {
    // Each one is the longest, or the shortest, so far.
    for (uint64_t i = 1; i <= kRecords; ++i) {
      histogram.Record(absl::Seconds(10) + (i % 2 == 0 ? 1 : -1) * absl::Microseconds(i));
    }
  });
  uint64_t before = 0;
  while (before < kRecords) {
    Histogram now;
    now.Merge(histogram);
    ASSERT_GE(now.count(), before);
    before = now.count();
    now.ForEachBucket([&](const Histogram::Bucket& bucket) {
      ASSERT_LE(bucket.lowest, bucket.highest);
      ASSERT_GE(bucket.lowest, now.min());
      ASSERT_LE(bucket.highest, now.max());
    });
    const absl::Duration median = histogram.ValueAtPercentile(50);
    ASSERT_LE(median, histogram.max());
  }
}

}  // namespace
}  // namespace forklift::http::load
