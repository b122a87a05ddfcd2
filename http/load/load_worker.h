// RunLoadWorker is one worker of a load run, from its first connection to its last answer.
//
// Blocks until then, in an event loop of its own. Owns its connections; writes into the memory that
// it is given, which it may share with the process that started it. One worker, one thread.
//
// Not for use outside a load run (load_run.h).
#ifndef FORKLIFT_HTTP_LOAD_LOAD_WORKER_H_
#define FORKLIFT_HTTP_LOAD_LOAD_WORKER_H_

#include <stddef.h>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "forklift/http/load/load_control.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"

namespace forklift::http::load {

// Worker `index` of options.workers does its share: of the connections, of the count, of the rate.
// Tells `control` when its connections are open, and waits there for the word to begin. An error is
// its own, such as that it has no descriptor for its loop; whatever the server does is in `tally`.
absl::Status RunLoadWorker(const LoadOptions& options, size_t index, LoadControl& control,
                           Tally& tally, absl::Span<SecondOfRun> seconds);

// Worker `index`'s share of `total`: they add up, and differ by one at most.
constexpr size_t ShareOf(size_t total, size_t index, size_t workers) {
  return total / workers + (index < total % workers ? 1 : 0);
}

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_LOAD_WORKER_H_
