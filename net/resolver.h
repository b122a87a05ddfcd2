// Resolver looks host names up for a poll loop: getaddrinfo(3), which blocks, runs in a few
// threads, and the answers come back to the loop's thread.
//
// Owns the threads, started as they are needed (every signal blocked in them), and a descriptor.
// Never blocks; the destructor neither, as a thread that is stuck in getaddrinfo is left to end by
// itself, and nothing hears of it. All calls come from one thread, which the callbacks run in too.
// Not for signal handlers.
//
// Across fork: threads are not copied, so create a resolver after the fork, in the process that
// uses it; a child that inherited one must neither use nor destroy it (leave by _exit or exec).
//
//   absl::StatusOr<std::unique_ptr<Resolver>> resolver = Resolver::Create({});
//   absl::StatusOr<Resolver::QueryId> query = (*resolver)->Resolve(
//       "localhost", "8888", {}, Deadline::After(absl::Seconds(5)),
//       [&](absl::StatusOr<std::vector<Address>> addresses) { found = std::move(addresses); });
//   if (!query.ok()) return query.status();
//   while ((*resolver)->pending() > 0) {
//     if (!WaitReady((*resolver)->fd(), POLLIN, (*resolver)->deadline()).ok()) break;
//     (*resolver)->Deliver();
//   }
#ifndef FORKLIFT_NET_RESOLVER_H_
#define FORKLIFT_NET_RESOLVER_H_

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/name_lookup.h"
#include "forklift/net/wakeup.h"

namespace forklift::net {

struct ResolverOptions {
  // At most so many lookups at once; a name whose servers do not answer holds a thread for up to a
  // minute. At least 1.
  size_t threads = 4;
  // At most so many queries that were not answered yet, those in the threads included. At least 1.
  size_t queries = 256;
  // Called from several threads at once.
  GetAddrInfo get_addr_info = ::getaddrinfo;
};

class Resolver {
 public:
  // Addresses and errors are those of ResolveNow; kDeadlineExceeded where the deadline came first.
  using Callback = absl::AnyInvocable<void(absl::StatusOr<std::vector<Address>>) &&>;
  enum class QueryId : uint64_t {};

  // Fails where the process or the system has no descriptor left. Starts no thread yet.
  static absl::StatusOr<std::unique_ptr<Resolver>> Create(const ResolverOptions& options);

  // Destroys the callbacks of what is pending without calling them. Not from a callback.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Begins to look up `host` and `service`, as ResolveNow does. `callback` is called once, from a
  // later Deliver, also where the answer is known at once (both in numbers: without a thread). An
  // error, and then no callback: kResourceExhausted where too many queries are pending, or that of
  // pthread_create where there is no thread at all.
  absl::StatusOr<QueryId> Resolve(std::string_view host, std::string_view service,
                                  const LookupOptions& options, Deadline deadline,
                                  Callback callback);

  // Destroys the callback without calling it. False where it was called or cancelled already.
  bool Cancel(QueryId query);

  // Calls the callbacks of what was answered, then of what has come to its deadline; an answer that
  // comes later is dropped. Call it when fd() is readable or deadline() has passed. A callback may
  // Resolve and Cancel.
  void Deliver();

  // To poll for reading.
  int fd() const { return wakeup_.fd(); }

  // The earliest of all that is pending; infinite where nothing is.
  Deadline deadline() const;

  // Queries whose callback was neither called nor cancelled.
  size_t pending() const { return pending_.size(); }

 private:
  struct Shared;
  struct Pending {
    std::string host;
    Deadline deadline;
    Callback callback;
  };

  Resolver(const ResolverOptions& options, Wakeup wakeup);

  // Queues a lookup for the threads, and starts one more where all are busy.
  absl::Status Enqueue(QueryId query, std::string_view host, std::string_view service,
                       const LookupOptions& options);
  absl::Status StartThread();
  void Finish(QueryId query, absl::StatusOr<std::vector<Address>> answer);
  static void* Work(void* shared);

  const size_t max_queries_;
  Wakeup wakeup_;
  uint64_t last_id_ = 0;
  absl::flat_hash_map<QueryId, Pending> pending_;
  const std::shared_ptr<Shared> shared_;  // with the threads, which may outlive this
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_RESOLVER_H_
