#include "forklift/http/load/tally.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>

#include "absl/time/time.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"

namespace forklift::http::load {
namespace {

// A request that was sent later than this after it was due was not sent when it was due.
constexpr Nanoseconds kLate = kSecond / 1000;

}  // namespace

void Tally::AddAnswer(int status, Nanoseconds since_due, Nanoseconds now) {
  answered.Add(1);
  ++statuses[static_cast<size_t>(status)];
  latency.Record(absl::Nanoseconds(since_due));
  last_answer = now;
  last_end = now;
}

void Tally::AddFailures(Failure kind, uint64_t count, Nanoseconds now) {
  failed.Add(count);
  failures[static_cast<size_t>(kind)] += count;
  last_end = now;
}

void Tally::AddLag(Nanoseconds lag) {
  worst_lag = std::max(worst_lag, lag);
  if (lag > kLate) ++late;
}

void Tally::Merge(const Tally& other) {
  answered.Add(other.answered.value());
  failed.Add(other.failed.value());
  received_bytes.Add(other.received_bytes.value());
  sent_bytes.Add(other.sent_bytes.value());
  connections.Add(other.connections.value());
  sent_again.Add(other.sent_again.value());
  warm_up.Add(other.warm_up.value());
  for (size_t i = 0; i < statuses.size(); ++i) statuses[i] += other.statuses[i];
  for (size_t i = 0; i < failures.size(); ++i) failures[i] += other.failures[i];
  latency.Merge(other.latency);
  service_time.Merge(other.service_time);
  worst_lag = std::max(worst_lag, other.worst_lag);
  late += other.late;
  last_answer = std::max(last_answer, other.last_answer);
  last_end = std::max(last_end, other.last_end);
  cpu_time += other.cpu_time;
}

}  // namespace forklift::http::load
