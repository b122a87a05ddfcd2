// Arrivals tells when each request of an open loop is meant to be sent: at a rate, whatever the
// server makes of it. A latency that counts from then has the wait of a client that was kept.
//
// Evenly or as a Poisson process, whose gaps are exponential, as those of many independent users.
// One object is one worker's share: the shares of all workers together are the whole process. The
// time of a request comes from its number and not from its predecessor's time, so that an even
// process neither drifts nor, however fractional its rate, loses a request.
//
// A value without a clock: the caller says what time it is, counted from the start. Owns nothing
// else and never blocks; a copy, in a forked child as elsewhere, goes on by itself and alike. One
// object, one thread.
//
//   Arrivals arrivals({.rate = 1000, .workers = workers, .worker = worker});
//   while (Running()) {
//     for (; arrivals.next() <= Elapsed(); arrivals.Advance()) Send(arrivals.next());
//     WaitUntil(arrivals.next());
//   }
#ifndef FORKLIFT_HTTP_LOAD_ARRIVALS_H_
#define FORKLIFT_HTTP_LOAD_ARRIVALS_H_

#include <stdint.h>

#include <deque>
#include <random>

#include "absl/time/time.h"

namespace forklift::http::load {

enum class Spacing {
  kEven,     // of n workers, i sends the requests i, i + n, ... of the whole, at equal gaps
  kPoisson,  // of n workers, each has a process of its own, of the n-th part of the rate
};

struct ArrivalOptions {
  double rate = 1;  // requests/s of all workers together, as SetRate takes it
  Spacing spacing = Spacing::kEven;
  int workers = 1;
  int worker = 0;     // 0 to workers - 1
  uint64_t seed = 1;  // of all workers; the same one gives the same times
};

class Arrivals {
 public:
  // Dies where an option is out of its range.
  explicit Arrivals(const ArrivalOptions& options);

  // When the next request is meant to be sent, since the start: the first even one at 0. Infinite
  // where the rate has become 0 for good.
  absl::Duration next() const { return next_; }

  // When the last request that was taken care of was meant to be sent; the start, before there was
  // one.
  absl::Duration taken() const { return taken_; }

  // The next request is taken care of: now the one after it is next. Dies where there is none.
  void Advance();

  // From `at` on, for good, the rate of all workers together is `rate`, 0 to 1e9: what was set for
  // later no longer holds. What is left of a gap stretches or shrinks, so that an even process has
  // no gap too many, and a Poisson process stays one. `at` may be ahead: stages are set one after
  // the other before the start. All workers must be told the same. Dies where `at` is before the
  // time of a request that was taken care of, or the rate is out of its range.
  void SetRate(absl::Duration at, double rate);

 private:
  // A while of constant rate.
  struct Piece {
    absl::Duration start;
    double requests;  // that were due until then, of all workers
    double rate;
  };

  double Gap();
  void FindNext();

  Spacing spacing_;
  int workers_;
  std::mt19937_64 random_;
  std::deque<Piece> pieces_;  // from that of taken_ on
  double number_;             // so many requests of all workers are due before the next of this one
  absl::Duration taken_;      // when the last one was meant to be sent
  absl::Duration next_;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ARRIVALS_H_
