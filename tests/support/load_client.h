// LoadClient keeps a server busy from threads of its own, and counts what does not succeed: no
// request may fail while the server reloads or upgrades.
//
// Half of its threads open a connection for each request; the others use connections on, as long as
// those last. A server may close an idle connection at any time: a request that finds the
// connection's end (FIN) before any byte of an answer, where the connection has had an answer
// before, is sent again on another one (RFC 9112 section 9.3.1) and counted. All else is a failure:
// an answer that is not whole, a reset, silence.
//
// Start it once all processes of the test are started: it has threads.
#ifndef FORKLIFT_TESTS_SUPPORT_LOAD_CLIENT_H_
#define FORKLIFT_TESTS_SUPPORT_LOAD_CLIENT_H_

#include <stddef.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"

namespace forklift::tests {

struct LoadOptions {
  size_t threads_of_a_kind = 2;
  // Nobody listens between a stop and the next start: a connection that is refused, and so carries
  // no request, is tried again.
  bool may_be_refused = false;
};

class LoadClient {
 public:
  explicit LoadClient(const net::Address& address, const LoadOptions& options = {});
  ~LoadClient() { Stop(); }

  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  // Waits until both kinds of threads have had `count` more answers each; false where that takes
  // too long.
  bool HasAnswers(size_t count) const;

  // What clients got in place of an answer, so far.
  std::vector<std::string> Failures() const;

  // Requests that were sent again, so far: at most one for each connection that the server closed.
  size_t SentAgain() const { return sent_again_; }

  void Stop();

 private:
  // Invalid where that fails, which is counted.
  net::UniqueFd Open();
  void UseOneConnectionARequest();
  void UseConnectionsOn();
  void Fail(std::string what);

  const net::Address address_;
  const LoadOptions options_;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> answers_once_ = 0;  // by connections with one request
  std::atomic<size_t> answers_kept_ = 0;  // by the others
  std::atomic<size_t> sent_again_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> failures_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;  // last, as they use the rest
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_LOAD_CLIENT_H_
