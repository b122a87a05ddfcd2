#include "forklift/http/load/work.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/clock.h"

namespace forklift::http::load {

Work::Work(uint64_t count, Nanoseconds end, Nanoseconds begin, Arrivals arrivals)
    : left_(count), end_(end), begin_(begin), arrivals_(std::move(arrivals)) {
  FindNext();
}

std::optional<Nanoseconds> Work::Take(Nanoseconds now) {
  if (done(now)) return std::nullopt;
  if (!arrivals_) {
    --left_;
    return now;
  }
  if (next_ > now) return std::nullopt;
  const Nanoseconds due = next_;
  --left_;
  Advance();
  return due;
}

void Work::SetRate(Nanoseconds from, double rate) {
  arrivals_->SetRate(std::max(absl::Nanoseconds(from - begin_), arrivals_->taken()), rate);
  FindNext();
}

uint64_t Work::GiveUp(Nanoseconds from, Nanoseconds now, uint64_t most) {
  uint64_t given_up = 0;
  for (; most > 0; --most) {
    if (!arrivals_ || left_ == 0 || next_ >= std::min(now, end_)) {
      Stop();
      break;
    }
    if (next_ >= from) ++given_up;
    --left_;
    Advance();
  }
  return given_up;
}

void Work::Advance() {
  arrivals_->Advance();
  FindNext();
}

void Work::FindNext() {
  const Nanoseconds next = absl::ToInt64Nanoseconds(arrivals_->next());  // at most kNever
  next_ = next > kNever - begin_ ? kNever : begin_ + next;
}

}  // namespace forklift::http::load
