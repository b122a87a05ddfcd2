// Histogram counts durations from 0 to 1 hour to 3 significant digits: what it reports is within
// 0.1 % of what was recorded, at any percentile, however many were recorded.
//
// Owns its counts, some 260 KB in itself and nothing beside: it can lie in memory that processes
// share (proc/shared_array.h), one for each that records. Below 2048 ns each nanosecond has its
// bucket; from there each doubling has 1024 of equal width, as in Gil Tene's HdrHistogram. (To
// count microseconds instead would save a third of the memory, and lose digits of whatever takes
// less than a millisecond.) Never blocks, allocates nothing, safe across fork.
//
// One thread of one process may Record; any number of others may read meanwhile, or after the
// writer was killed, and find all but what was being recorded then. To look at several figures of
// the same moment, Merge into one of your own first, which nobody else reads.
//
//   auto latencies = SharedArray<Histogram>::Create(workers);
//   if (!latencies.ok()) return latencies.status();
//   // In the worker:
//   (*latencies)[worker].Record(received_at - sent_at);
//   // In the parent, at any time:
//   const auto all = std::make_unique<Histogram>();  // too large for some stacks
//   for (size_t i = 0; i < latencies->size(); ++i) all->Merge((*latencies)[i]);
//   Print(all->ValueAtPercentile(99.9));
#ifndef FORKLIFT_HTTP_LOAD_HISTOGRAM_H_
#define FORKLIFT_HTTP_LOAD_HISTOGRAM_H_

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <atomic>
#include <bit>
#include <limits>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace forklift::http::load {

class alignas(64) Histogram {  // those of two workers have no cache line in common
 public:
  // Durations that are not told apart. At both ends of what was recorded, only to there.
  struct Bucket {
    absl::Duration lowest;
    absl::Duration highest;
    uint64_t count;
  };

  Histogram() = default;
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  // Counts `value`, less its fraction of a nanosecond, `times`. What is longer than an hour counts
  // as an hour, and in clamped(). Dies where it is negative: a clock was not monotonic, or a time
  // was taken for another.
  void Record(absl::Duration value, uint64_t times = 1);

  // Counts all that `other` has, as if each had been recorded here too.
  void Merge(const Histogram& other);

  uint64_t count() const;
  uint64_t clamped() const { return clamped_.load(std::memory_order_relaxed); }

  // Exact. Zero where nothing was recorded, as are all below.
  absl::Duration min() const;
  absl::Duration max() const;

  // These take each value for the middle of its bucket: the mean is within 0.05 %. The deviation is
  // that of a population.
  absl::Duration Mean() const;
  absl::Duration StandardDeviation() const;

  // The smallest recorded value that at least `percentile` % of all do not exceed, by the highest
  // of its bucket: never less than the exact one, and at most 0.1 % more. Dies outside of 0 to 100.
  absl::Duration ValueAtPercentile(double percentile) const;

  // The same of the `rank`-th smallest, from 1 to count(). Dies where `rank` is 0; what is above
  // count() is max().
  absl::Duration ValueAtRank(uint64_t rank) const;

  // Calls `visit` for each bucket that counted something, from the lowest. A histogram into which
  // each one's `highest` is recorded `count` times has the same counts, and reports the same
  // percentiles.
  void ForEachBucket(absl::FunctionRef<void(const Bucket&)> visit) const;

 private:
  static constexpr size_t kExactBits = 11;  // 2^11 is the first power of 2 from 2 * 10^3 on
  static constexpr size_t kHalf = size_t{1} << (kExactBits - 1);  // buckets of a doubling
  static constexpr uint64_t kMaxNanoseconds = uint64_t{3600} * 1'000'000'000;

  // How many low bits do not tell buckets apart: none below 2^11, one below 2^12, and at the top:
  static constexpr size_t kTopShift = std::bit_width(kMaxNanoseconds) - kExactBits;
  static constexpr size_t kBuckets = kTopShift * kHalf + (kMaxNanoseconds >> kTopShift) + 1;

  static size_t BucketOf(uint64_t nanoseconds);

  // Calls `visit` with lowest and highest nanosecond and count of each bucket that counted
  // something, until it returns false.
  template <typename Visit>
  void Scan(Visit visit) const;

  using Counter = std::atomic<uint64_t>;
  static_assert(Counter::is_always_lock_free, "a lock is not shared with processes");

  // Written before the count that they are about, and read after it: what is seen to be counted is
  // never outside of them.
  Counter min_ = std::numeric_limits<uint64_t>::max();  // in nanoseconds
  Counter max_ = 0;
  Counter clamped_ = 0;
  std::array<Counter, kBuckets> counts_ = {};
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_HISTOGRAM_H_
