#include "forklift/net/resolver.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/name_lookup.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/wakeup.h"

namespace forklift::net {

// What the threads see of the resolver, and keep alive.
struct Resolver::Shared {
  struct Job {
    QueryId query;
    std::string host;
    std::string service;
    LookupOptions options;
  };
  struct Answer {
    QueryId query;
    absl::StatusOr<std::vector<Address>> addresses;
  };

  Shared(const ResolverOptions& options, Wakeup* wakeup)
      : get_addr_info(options.get_addr_info), max_threads(options.threads), wakeup(wakeup) {}

  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return wakeup == nullptr || !jobs.empty();
  }

  const GetAddrInfo get_addr_info;
  const size_t max_threads;
  absl::Mutex mutex;
  Wakeup* wakeup ABSL_GUARDED_BY(mutex);  // null once the resolver is gone
  std::deque<Job> jobs ABSL_GUARDED_BY(mutex);
  std::vector<Answer> answers ABSL_GUARDED_BY(mutex);
  size_t threads ABSL_GUARDED_BY(mutex) = 0;
  size_t busy_threads ABSL_GUARDED_BY(mutex) = 0;
};

absl::StatusOr<std::unique_ptr<Resolver>> Resolver::Create(const ResolverOptions& options) {
  CHECK(options.threads > 0 && options.queries > 0) << "Resolver: no threads or no queries allowed";
  absl::StatusOr<Wakeup> wakeup = Wakeup::Create();
  if (!wakeup.ok()) return wakeup.status();
  return absl::WrapUnique(new Resolver(options, *std::move(wakeup)));
}

Resolver::Resolver(const ResolverOptions& options, Wakeup wakeup)
    : max_queries_(options.queries),
      wakeup_(std::move(wakeup)),
      shared_(std::make_shared<Shared>(options, &wakeup_)) {}

Resolver::~Resolver() {
  {
    const absl::MutexLock lock(&shared_->mutex);
    shared_->wakeup = nullptr;
    shared_->jobs.clear();
  }
  // One by one: a callback's destructor may Cancel others.
  while (!pending_.empty()) pending_.extract(pending_.begin());
}

absl::StatusOr<Resolver::QueryId> Resolver::Resolve(std::string_view host, std::string_view service,
                                                    const LookupOptions& options, Deadline deadline,
                                                    Callback callback) {
  if (pending_.size() >= max_queries_) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "resolve '", absl::CHexEscape(host), "': ", max_queries_, " queries are pending already"));
  }
  const QueryId query{++last_id_};
  if (std::optional<std::vector<Address>> known = ResolveNumeric(host, service, options)) {
    const absl::MutexLock lock(&shared_->mutex);
    shared_->answers.push_back({query, *std::move(known)});
    wakeup_.Wake();
  } else {
    const absl::Status queued = Enqueue(query, host, service, options);
    if (!queued.ok()) return queued;
  }
  pending_.emplace(query, Pending{std::string(host), deadline, std::move(callback)});
  return query;
}

absl::Status Resolver::Enqueue(QueryId query, std::string_view host, std::string_view service,
                               const LookupOptions& options) {
  const absl::MutexLock lock(&shared_->mutex);
  const size_t free_threads = shared_->threads - shared_->busy_threads;
  if (shared_->jobs.size() >= free_threads && shared_->threads < shared_->max_threads) {
    absl::Status started = StartThread();
    if (started.ok()) ++shared_->threads;
    // With fewer threads than wanted the query only waits longer.
    if (shared_->threads == 0) return started;
  }
  shared_->jobs.push_back({query, std::string(host), std::string(service), options});
  return absl::OkStatus();
}

absl::Status Resolver::StartThread() {
  auto shared = std::make_unique<std::shared_ptr<Shared>>(shared_);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // A thread inherits the mask; signals are the loop's business.
  sigset_t all, previous;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &previous);
  pthread_t thread;
  const int error = ::pthread_create(&thread, &attributes, Work, shared.get());
  ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  ::pthread_attr_destroy(&attributes);
  if (error != 0) return PosixError(error, "pthread_create for the resolver");
  (void)shared.release();  // the thread has it
  return absl::OkStatus();
}

void* Resolver::Work(void* argument) {
  const std::unique_ptr<std::shared_ptr<Shared>> holder(
      static_cast<std::shared_ptr<Shared>*>(argument));
  Shared& shared = **holder;
  const absl::MutexLock lock(&shared.mutex);
  while (true) {
    shared.mutex.Await(absl::Condition(&shared, &Shared::HasWork));
    if (shared.wakeup == nullptr) return nullptr;
    const Shared::Job job = std::move(shared.jobs.front());
    shared.jobs.pop_front();
    ++shared.busy_threads;
    shared.mutex.Unlock();
    absl::StatusOr<std::vector<Address>> addresses =
        ResolveNow(job.host, job.service, job.options, shared.get_addr_info);
    shared.mutex.Lock();
    --shared.busy_threads;
    if (shared.wakeup == nullptr) return nullptr;
    shared.answers.push_back({job.query, std::move(addresses)});
    shared.wakeup->Wake();
  }
}

bool Resolver::Cancel(QueryId query) {
  // Destroyed at the end: a callback's destructor may Cancel too.
  const auto pending = pending_.extract(query);
  if (pending.empty()) return false;
  const absl::MutexLock lock(&shared_->mutex);
  std::erase_if(shared_->jobs, [&](const Shared::Job& job) { return job.query == query; });
  return true;
}

void Resolver::Deliver() {
  wakeup_.Clear();
  std::vector<Shared::Answer> answers;
  {
    const absl::MutexLock lock(&shared_->mutex);
    answers.swap(shared_->answers);
  }
  for (Shared::Answer& answer : answers) Finish(answer.query, std::move(answer.addresses));

  std::vector<QueryId> expired;
  for (const auto& [query, pending] : pending_) {
    if (pending.deadline.expired()) expired.push_back(query);
  }
  std::sort(expired.begin(), expired.end());
  for (QueryId query : expired) {
    const auto found = pending_.find(query);
    if (found == pending_.end()) continue;  // a callback cancelled it
    const std::string host = absl::CHexEscape(found->second.host);
    Finish(query,
           absl::DeadlineExceededError(absl::StrCat("resolve '", host, "': no answer in time")));
  }
}

void Resolver::Finish(QueryId query, absl::StatusOr<std::vector<Address>> answer) {
  const auto found = pending_.find(query);
  if (found == pending_.end()) return;  // too late, or cancelled
  Callback callback = std::move(found->second.callback);
  Cancel(query);
  std::move(callback)(std::move(answer));
}

Deadline Resolver::deadline() const {
  Deadline earliest = Deadline::Infinite();
  for (const auto& [query, pending] : pending_) earliest = std::min(earliest, pending.deadline);
  return earliest;
}

}  // namespace forklift::net
