// Tally is what one worker of a load run has seen: how many requests were answered, how, and how
// long that took; and what became of all others. Tallies add up.
//
// Plain numbers: a worker that is a process keeps its tally in memory that it shares with its
// parent (proc/shared_array.h). One writer; another process may read the atomics at any time, for a
// progress bar, and the rest once the writer has ended.
//
// Requests of a warm-up are in none of the numbers but `warm_up`; connections, which last longer
// than one, are all counted.
#ifndef FORKLIFT_HTTP_LOAD_TALLY_H_
#define FORKLIFT_HTTP_LOAD_TALLY_H_

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <atomic>

#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {

// A number that only one thread changes: no locked instruction is needed for that.
class Counter {
 public:
  void Add(uint64_t count) { value_.store(value() + count, std::memory_order_relaxed); }
  void Remove(uint64_t count) { value_.store(value() - count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

struct Tally {
  static constexpr size_t kStatuses = 1000;

  // Of the answered: from when the request was due, which in a closed loop is when it was sent;
  // and, in an open loop, from when it was sent.
  Histogram latency;
  Histogram service_time;

  Counter answered;  // with a whole response, whatever its status
  Counter failed;    // with none, or not with the one that was asked for
  Counter received_bytes;
  Counter sent_bytes;
  Counter connections;  // opened
  Counter open;         // connections right now
  // Sent again on another connection: the server had announced that it would not answer them, and
  // closed (RFC 9112 section 9.6). They count once, in the above.
  Counter sent_again;
  Counter warm_up;  // answered before the measurement began

  std::array<uint64_t, kStatuses> statuses = {};  // of `answered`, by status code
  std::array<uint64_t, kFailureKinds> failures = {};

  // How far sends fell behind their schedule although a connection was free: the client's own
  // fault.
  Nanoseconds worst_lag = 0;
  uint64_t late = 0;  // by more than a millisecond

  Nanoseconds last_answer = 0;  // the moment of it
  Nanoseconds last_end = 0;     // of the last answer or failure
  Nanoseconds cpu_time = 0;     // of the worker, once it has ended

  // An answer that came at `now`, `since_due` after its request was due.
  void AddAnswer(int status, Nanoseconds since_due, Nanoseconds now);
  // `count` failures that were seen at `now`.
  void AddFailures(Failure kind, uint64_t count, Nanoseconds now);
  // That a request was sent so long after it was due, although a connection was free.
  void AddLag(Nanoseconds lag);

  // What is in `other` too; but not what is open right now.
  void Merge(const Tally& other);
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_TALLY_H_
