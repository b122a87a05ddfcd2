#include "forklift/http/server/handler_pool.h"

#include <stddef.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/posix_error.h"

namespace forklift::http::server {

absl::StatusOr<std::unique_ptr<HandlerPool>> HandlerPool::Create(size_t threads,
                                                                 absl::Duration timeout) {
  CHECK_GE(threads, 1u) << "HandlerPool: no thread would do the work";
  auto pool = absl::WrapUnique(new HandlerPool(threads, timeout));
  for (size_t i = 0; i < threads; ++i) {
    const absl::Status started = pool->StartThread();
    if (!started.ok()) return started;
  }
  return pool;
}

HandlerPool::HandlerPool(size_t threads, absl::Duration timeout)
    : timeout_(timeout), running_until_(threads, net::Deadline::Infinite()) {}

absl::Status HandlerPool::StartThread() {
  try {
    threads_.emplace_back([this, thread = threads_.size()] { Run(thread); });
  } catch (const std::system_error& error) {
    return net::PosixError(error.code().value(), "start of a handler's thread");
  }
  return absl::OkStatus();
}

HandlerPool::~HandlerPool() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void HandlerPool::Submit(std::vector<Job>& jobs) {
  const absl::MutexLock lock(&mutex_);
  std::move(jobs.begin(), jobs.end(), std::back_inserter(jobs_));
  jobs.clear();
}

bool HandlerPool::IsStuck() const {
  const absl::MutexLock lock(&mutex_);
  return std::any_of(running_until_.begin(), running_until_.end(),
                     [](net::Deadline until) { return until.expired(); });
}

void HandlerPool::SetAlive(size_t thread) {
  const absl::MutexLock lock(&mutex_);
  running_until_[thread] = net::Deadline::After(timeout_);
}

void HandlerPool::Run(size_t thread) {
  const absl::MutexLock lock(&mutex_);
  while (true) {
    mutex_.Await(absl::Condition(this, &HandlerPool::HasJobOrStops));
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    running_until_[thread] = net::Deadline::After(timeout_);
    mutex_.Unlock();
    std::move(job)([this, thread] { SetAlive(thread); });
    mutex_.Lock();
    running_until_[thread] = net::Deadline::Infinite();
  }
}

}  // namespace forklift::http::server
