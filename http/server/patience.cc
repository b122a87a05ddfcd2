#include "forklift/http/server/patience.h"

#include <stdint.h>

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/timeouts.h"
#include "forklift/net/deadline.h"

namespace forklift::http::server {

using Wait = Exchange::Wait;

namespace {

// A request follows its connection at once, unless its client waits for a processor.
constexpr absl::Duration kFirstRequestAtStop = absl::Seconds(1);

}  // namespace

Patience::Kind Patience::KindOf(Wait wait, const Exchange& exchange) {
  switch (wait) {
    case Wait::kIdle:
      return exchange.requests() == 0 ? Kind::kHead : Kind::kIdle;  // a new one must say something
    case Wait::kInput:
      return exchange.phase() == Exchange::Phase::kHead ? Kind::kHead : Kind::kBody;
    case Wait::kOutput:
      return Kind::kResponse;
    case Wait::kWork:
    case Wait::kClose:
    case Wait::kIdleClose:
    case Wait::kLingeringClose:
      break;
  }
  return Kind::kNothing;
}

void Patience::Begin(const Timeouts& timeouts) {
  kind_ = Kind::kHead;
  deadline_ = net::Deadline::After(timeouts.header);
}

void Patience::Update(const Timeouts& timeouts, Wait wait, const Exchange& exchange) {
  const Kind kind = KindOf(wait, exchange);
  if (wait == Wait::kWork && kind_ == Kind::kResponse) return Pause(timeouts.min_rate);
  const bool begins = kind != kind_;
  kind_ = kind;
  switch (kind) {
    case Kind::kNothing:
      deadline_ = net::Deadline::Infinite();
      break;
    case Kind::kIdle:
      deadline_ = net::Deadline::After(timeouts.keep_alive);
      break;
    case Kind::kHead:  // however its bytes trickle in
      if (begins) deadline_ = net::Deadline::After(timeouts.header);
      break;
    case Kind::kBody:
      ExpectProgress(begins, timeouts.body, timeouts.min_rate, exchange.received());
      break;
    case Kind::kResponse:
      ExpectProgress(begins, timeouts.write, timeouts.min_rate, exchange.sent());
      break;
  }
}

void Patience::Hurry(const Exchange& exchange) {
  if (exchange.requests() > 0 || exchange.received() > 0) return;
  deadline_ = std::min(deadline_, net::Deadline::After(kFirstRequestAtStop));
}

void Patience::Pause(double min_rate) {
  if (paused_) return;
  paused_ = true;
  rate_left_ = RateDeadline(min_rate).Remaining();
  deadline_ = net::Deadline::Infinite();
}

void Patience::ExpectProgress(bool begins, absl::Duration timeout, double min_rate,
                              uint64_t moved) {
  const bool resumes = std::exchange(paused_, false);
  if (!begins && !resumes && moved == moved_) return;
  const net::Deadline idle = net::Deadline::After(timeout);
  if (begins || resumes) {
    rate_from_ = begins ? idle : net::Deadline::After(rate_left_);
    moved_at_begin_ = moved;
  }
  moved_ = moved;
  deadline_ = std::min(idle, RateDeadline(min_rate));
}

net::Deadline Patience::RateDeadline(double min_rate) const {
  if (min_rate <= 0) return net::Deadline::Infinite();
  return rate_from_.Later(absl::Seconds(static_cast<double>(moved_ - moved_at_begin_) / min_rate));
}

}  // namespace forklift::http::server
