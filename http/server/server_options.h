// ServerOptions are all that a server can be told, with the defaults of one that faces the
// internet. They mean the same in every concurrency model.
#ifndef FORKLIFT_HTTP_SERVER_SERVER_OPTIONS_H_
#define FORKLIFT_HTTP_SERVER_SERVER_OPTIONS_H_

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/http/limits.h"
#include "forklift/http/server/timeouts.h"
#include "forklift/net/listener.h"

namespace forklift::http::server {

// Who answers a connection. In brackets the article's program.
enum class Model {
  kIterative,  // one process, one connection after the other (webserver3a)
  kFork,       // a process for each connection (webserver3g)
  kPrefork,    // a number of processes, each with one request at a time
  kThread,     // an event loop that hands requests to a number of threads
  kEvent,      // an event loop in each of a number of processes; handlers must not block
};

// "iterative", "fork", ...
std::string_view ModelName(Model model);
std::optional<Model> ParseModel(std::string_view name);

struct ServerOptions {
  Model model = Model::kFork;
  // Processes that accept; 0: as many as CPUs may be used, or 1 in the models where one is enough
  // (iterative, fork, thread).
  size_t workers = 0;
  size_t threads = 4;  // of each worker, in the thread model

  net::ListenerOptions listener;
  // Connections at once, of all workers together; further clients are told 503.
  size_t max_connections = 1024;
  // Of one client, as ClientLimit counts them, in each worker; 0: no limit.
  size_t max_connections_per_client = 0;
  Limits limits = {.requests = 1000};
  Timeouts timeouts;

  // A worker is replaced after so many requests, and up to as many more; 0: never.
  uint64_t max_requests = 0;
  uint64_t max_requests_jitter = 0;

  // A stop: first the server goes on for `lameduck`, in which load balancers can turn away; then it
  // takes no new clients, for a second at most still those whose handshake has begun, and has
  // `drain` to finish; then what is left is killed after `kill`.
  absl::Duration lameduck = absl::ZeroDuration();
  absl::Duration drain = absl::Seconds(25);
  absl::Duration kill = absl::Seconds(5);
  absl::Duration start = absl::Seconds(60);  // for a worker to get ready

  // What a worker gets when its handler has taken longer than timeouts.request, before it is told
  // to stop: for one that says then what it is at. 0: nothing. In the fork model it is SIGALRM.
  int stuck_signal = 0;
};

// kInvalidArgument, with what is wrong, where the options contradict themselves or make no sense.
absl::Status Check(const ServerOptions& options);

// What 0 workers means for them.
size_t WorkerCount(const ServerOptions& options);

// What a server with these options does, in a line for its log: "model fork, 1 worker, ...".
std::string Summary(const ServerOptions& options);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_SERVER_OPTIONS_H_
