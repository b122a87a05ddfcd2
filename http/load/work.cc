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
    : left_(count), end_(end), begin_(begin), taken_(begin), arrivals_(std::move(arrivals)) {
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
  arrivals_->SetRate(absl::Nanoseconds(std::max(from, taken_) - begin_), rate);
  FindNext();
}

uint64_t Work::GiveUp(Nanoseconds now) {
  uint64_t given_up = 0;
  while (arrivals_ && left_ > 0 && next_ < std::min(now, end_)) {
    ++given_up;
    --left_;
    Advance();
  }
  Stop();
  return given_up;
}

void Work::Advance() {
  taken_ = next_;
  arrivals_->Advance();
  FindNext();
}

void Work::FindNext() {
  const absl::Duration next = arrivals_->next();
  next_ = next == absl::InfiniteDuration() ? kNever : begin_ + absl::ToInt64Nanoseconds(next);
}

}  // namespace forklift::http::load
