// LoadOptions is what a load run does: whom it asks for what, how often, by how many connections,
// and for how long.
//
// Plain values.
#ifndef FORKLIFT_HTTP_LOAD_LOAD_OPTIONS_H_
#define FORKLIFT_HTTP_LOAD_LOAD_OPTIONS_H_

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/http/load/stages.h"
#include "forklift/net/address.h"

namespace forklift::http::load {

inline constexpr double kLeastRequestsPerSecond = 1e-6;
// More than any client sends; and as many can be counted in little time where they are not sent.
inline constexpr double kMostRequestsPerSecond = 1e7;
inline constexpr size_t kMostWorkers = 1024;
inline constexpr size_t kMostConnections = 1'000'000;
inline constexpr size_t kMostPipelined = 1000;
inline constexpr absl::Duration kLongestDuration = absl::Hours(24 * 7);

// What a worker is. Threads share one process's descriptors, and less memory; a process that
// crashes ends the run, but not the program.
enum class WorkerKind { kProcesses, kThreads };

struct LoadOptions {
  std::vector<RequestBytes> requests;  // in turn, by each worker
  std::vector<net::Address> server;    // one, which all connections go to
  std::vector<net::Address> sources;   // to connect from, in turn; empty: the kernel's choice

  size_t workers = 1;
  WorkerKind worker_kind = WorkerKind::kProcesses;
  size_t connections = 10;  // of all workers together, at least one each
  size_t pipeline = 1;      // requests in flight on a connection
  bool keep_alive = true;   // else a connection for each request
  // Opens all connections before it sends on the first, and closes none: each carries one request.
  bool hold = false;

  absl::Duration warm_up;  // before the measurement
  absl::Duration duration =
      absl::Seconds(10);  // of the measurement; infinite where `count` ends it
  uint64_t count = std::numeric_limits<uint64_t>::max();  // of requests, of all workers together

  // Requests a second of all workers together, sent when they are due, however the answers come: an
  // open loop. Without it each connection sends as soon as it was answered: a closed loop.
  std::optional<double> rate;
  // Or rates that follow one another, in the time of the measurement; `rate` is the first then, and
  // holds in the warm-up.
  std::vector<Stage> stages;
  Spacing spacing = Spacing::kEven;
  uint64_t seed = 1;  // of the spacing

  // Bounds the connecting, the wait for the first byte of a response and for the whole of it.
  absl::Duration timeout = absl::Seconds(30);

  std::optional<int> expected_status;
  std::optional<std::string> expected_body;
  // RequestOptions::nonce_header of the requests: each answer must have its request's number in a
  // header of the same name.
  std::string nonce_header;
};

// kInvalidArgument where they make no sense: no request, fewer connections than workers, a
// connection for each request that pipelines... The server is not looked at.
absl::Status Check(const LoadOptions& options);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_LOAD_OPTIONS_H_
