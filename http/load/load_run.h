// RunLoad loads an HTTP/1.1 server with requests, by worker processes, and tells what became of
// each.
//
// All connections are opened first; then all workers begin at the same moment. At the end of the
// time, or of the count, no further request is sent, and those in flight are waited for. Nothing is
// dropped: each request that was due in the measurement is answered or has failed, by a name.
//
// Blocks for the whole run. SIGINT or SIGTERM ends it early: what is in flight is still waited for;
// at a second one nothing is. SIGTTIN makes an open loop's rate a tenth higher, SIGTTOU lower, but
// where stages say it. Takes these and SIGCHLD for its time (signals/signal_source.h). Forks,
// unless its workers are to be threads, so it is not for a program with threads. Not for signal
// handlers.
//
//   LoadOptions options;
//   options.requests = {*MakeRequest("http://127.0.0.1:8888/hello", {})};
//   options.server = {Address::Ipv4Loopback(8888)};
//   absl::StatusOr<LoadResult> result = RunLoad(options);
//   if (!result.ok()) return result.status();
//   Print(result->total->answered.value(), result->total->latency.ValueAtPercentile(99));
#ifndef FORKLIFT_HTTP_LOAD_LOAD_RUN_H_
#define FORKLIFT_HTTP_LOAD_LOAD_RUN_H_

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"

namespace forklift::http::load {

struct LoadProgress {
  absl::Duration elapsed;  // of the measurement; negative before it
  uint64_t answered;
  uint64_t failed;
  uint64_t open;  // connections
};

struct LoadResult {
  std::unique_ptr<Tally> total;       // of all workers; large
  std::vector<SecondOfRun> timeline;  // as far as something happened
  absl::Duration elapsed;             // of the measurement, up to an answer that came later
  absl::Duration busiest_worker;      // the processor time of the worker that had most
  bool interrupted = false;
};

// Told ten times a second.
using LoadObserver = absl::AnyInvocable<void(const LoadProgress&)>;

// kInvalidArgument as Check has it, and without exactly one server. Errors of memory, descriptors
// and processes; kInternal where a worker crashed. A server that is not there is no error: all
// requests fail then, by name.
absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options, LoadObserver observer = nullptr);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_LOAD_RUN_H_
