#include "forklift/http/load/histogram.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/time/time.h"

namespace forklift::http::load {
namespace {

absl::Duration FromNanoseconds(uint64_t nanoseconds) {
  return absl::Nanoseconds(static_cast<int64_t>(nanoseconds));
}

double Middle(uint64_t lowest, uint64_t highest) {
  return static_cast<double>(lowest) + static_cast<double>(highest - lowest) / 2;
}

// Without the locked instruction of fetch_add: there is one writer.
void Add(std::atomic<uint64_t>& counter, uint64_t times) {
  counter.store(counter.load(std::memory_order_relaxed) + times, std::memory_order_release);
}

void Lower(std::atomic<uint64_t>& least, uint64_t value) {
  if (value < least.load(std::memory_order_relaxed)) least.store(value, std::memory_order_relaxed);
}

void Raise(std::atomic<uint64_t>& most, uint64_t value) {
  if (value > most.load(std::memory_order_relaxed)) most.store(value, std::memory_order_relaxed);
}

}  // namespace

size_t Histogram::BucketOf(uint64_t nanoseconds) {
  const auto bits = static_cast<size_t>(std::bit_width(nanoseconds | (2 * kHalf - 1)));
  const size_t shift = bits - kExactBits;
  return shift * kHalf + static_cast<size_t>(nanoseconds >> shift);
}

void Histogram::Record(absl::Duration value, uint64_t times) {
  if (times == 0) return;
  const int64_t signed_nanoseconds = absl::ToInt64Nanoseconds(value);
  CHECK_GE(signed_nanoseconds, 0) << "Histogram: a negative duration";
  uint64_t nanoseconds = static_cast<uint64_t>(signed_nanoseconds);
  if (nanoseconds > kMaxNanoseconds) {
    Add(clamped_, times);
    nanoseconds = kMaxNanoseconds;
  }
  Lower(min_, nanoseconds);
  Raise(max_, nanoseconds);
  Add(counts_[BucketOf(nanoseconds)], times);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) {
    const uint64_t times = other.counts_[i].load(std::memory_order_acquire);
    if (times != 0) Add(counts_[i], times);
  }
  Lower(min_, other.min_.load(std::memory_order_relaxed));
  Raise(max_, other.max_.load(std::memory_order_relaxed));
  Add(clamped_, other.clamped());
}

uint64_t Histogram::count() const {
  uint64_t total = 0;
  for (const Counter& times : counts_) total += times.load(std::memory_order_acquire);
  return total;
}

absl::Duration Histogram::min() const {
  // Where nothing was recorded, max_ is 0 and min_ is not.
  const uint64_t most = max_.load(std::memory_order_relaxed);
  return FromNanoseconds(std::min(most, min_.load(std::memory_order_relaxed)));
}

absl::Duration Histogram::max() const {
  return FromNanoseconds(max_.load(std::memory_order_relaxed));
}

template <typename Visit>
void Histogram::Scan(Visit visit) const {
  for (size_t i = 0; i < kBuckets; ++i) {
    const uint64_t times = counts_[i].load(std::memory_order_acquire);
    if (times == 0) continue;
    const size_t shift = std::max<size_t>(i / kHalf, 1) - 1;
    const uint64_t lowest = static_cast<uint64_t>(i - shift * kHalf) << shift;
    const uint64_t highest = lowest + (uint64_t{1} << shift) - 1;
    if (!visit(std::max(lowest, min_.load(std::memory_order_relaxed)),
               std::min(highest, max_.load(std::memory_order_relaxed)), times)) {
      return;
    }
  }
}

absl::Duration Histogram::Mean() const {
  double sum = 0;
  double total = 0;
  Scan([&](uint64_t lowest, uint64_t highest, uint64_t times) {
    sum += Middle(lowest, highest) * static_cast<double>(times);
    total += static_cast<double>(times);
    return true;
  });
  return total == 0 ? absl::ZeroDuration() : absl::Nanoseconds(sum / total);
}

absl::Duration Histogram::StandardDeviation() const {
  const double mean = absl::ToDoubleNanoseconds(Mean());
  double squares = 0;
  double total = 0;
  Scan([&](uint64_t lowest, uint64_t highest, uint64_t times) {
    const double difference = Middle(lowest, highest) - mean;
    squares += difference * difference * static_cast<double>(times);
    total += static_cast<double>(times);
    return true;
  });
  return total == 0 ? absl::ZeroDuration() : absl::Nanoseconds(std::sqrt(squares / total));
}

absl::Duration Histogram::ValueAtPercentile(double percentile) const {
  CHECK(percentile >= 0 && percentile <= 100) << "Histogram: no percentile: " << percentile;
  // 99.9 is a little more than 99.9 %, and would ask for all of a thousand: the next double below
  // is less than that. The product has to be finer than a double to stay there.
  const long double part = std::nextafter(percentile, 0.0);
  const long double rank = std::ceil(part * static_cast<long double>(count()) / 100);
  return ValueAtRank(std::max<uint64_t>(static_cast<uint64_t>(rank), 1));
}

absl::Duration Histogram::ValueAtRank(uint64_t rank) const {
  CHECK_GT(rank, 0u) << "Histogram: ranks begin at 1";
  uint64_t value = max_.load(std::memory_order_relaxed);
  uint64_t seen = 0;
  Scan([&](uint64_t, uint64_t highest, uint64_t times) {
    seen += times;
    if (seen < rank) return true;
    value = highest;
    return false;
  });
  return FromNanoseconds(value);
}

void Histogram::ForEachBucket(absl::FunctionRef<void(const Bucket&)> visit) const {
  Scan([&](uint64_t lowest, uint64_t highest, uint64_t times) {
    visit({FromNanoseconds(lowest), FromNanoseconds(highest), times});
    return true;
  });
}

}  // namespace forklift::http::load
