#include "forklift/http/load/arrivals.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <random>

#include "absl/log/check.h"
#include "absl/time/time.h"

namespace forklift::http::load {
namespace {

constexpr double kMaxRate = 1e9;

std::mt19937_64 RandomOf(uint64_t seed, int worker) {
  std::seed_seq words{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                      static_cast<uint32_t>(worker)};
  return std::mt19937_64(words);
}

}  // namespace

Arrivals::Arrivals(const ArrivalOptions& options)
    : spacing_(options.spacing),
      workers_(options.workers),
      random_(RandomOf(options.seed, options.worker)),
      pieces_{{.start = absl::ZeroDuration(), .requests = 0, .rate = 0}} {
  CHECK(options.workers > 0) << "Arrivals: no workers";
  CHECK(options.worker >= 0 && options.worker < options.workers) << "Arrivals: no such worker";
  number_ = spacing_ == Spacing::kEven ? options.worker : Gap();
  SetRate(absl::ZeroDuration(), options.rate);
}

// In requests of all workers. A Poisson process of rate 1/n, of which n make one of rate 1, has
// gaps of n on average.
double Arrivals::Gap() {
  if (spacing_ == Spacing::kEven) return workers_;
  return workers_ * std::exponential_distribution<>()(random_);
}

void Arrivals::Advance() {
  CHECK(next_ < absl::InfiniteDuration()) << "Arrivals: there is no next request";
  taken_ = next_;
  while (pieces_.size() > 1 && pieces_[1].start <= taken_) pieces_.pop_front();
  number_ += Gap();
  FindNext();
}

void Arrivals::SetRate(absl::Duration at, double rate) {
  CHECK(at >= taken_ && at < absl::InfiniteDuration()) << "Arrivals: cannot change the rate then";
  CHECK(rate >= 0 && rate <= kMaxRate) << "Arrivals: no rate: " << rate;
  while (pieces_.size() > 1 && pieces_.back().start >= at) pieces_.pop_back();
  Piece& last = pieces_.back();
  if (last.start == at) {
    last.rate = rate;
  } else if (last.rate != rate) {
    const double requests = last.requests + last.rate * absl::ToDoubleSeconds(at - last.start);
    pieces_.push_back({.start = at, .requests = requests, .rate = rate});
  }
  FindNext();
}

// A request that is due at the very time of a change belongs to what comes then.
void Arrivals::FindNext() {
  size_t i = 0;
  while (i + 1 < pieces_.size() && pieces_[i + 1].requests <= number_) ++i;
  const Piece& piece = pieces_[i];
  next_ = piece.rate == 0 ? absl::InfiniteDuration()
                          : piece.start + absl::Seconds((number_ - piece.requests) / piece.rate);
  next_ = std::max(next_, taken_);  // against rounding
}

}  // namespace forklift::http::load
