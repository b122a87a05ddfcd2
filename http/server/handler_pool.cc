#include "forklift/http/server/handler_pool.h"

#include <stddef.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/log/check.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

namespace forklift::http::server {

HandlerPool::HandlerPool(size_t threads, absl::Duration timeout)
    : timeout_(timeout), running_until_(threads, net::Deadline::Infinite()) {
  CHECK_GE(threads, 1u) << "HandlerPool: no thread would do the work";
  const signals::ScopedSignalMask blocked(signals::SignalSet::All());
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { Run(i); });
}

HandlerPool::~HandlerPool() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void HandlerPool::Submit(Job job) {
  const absl::MutexLock lock(&mutex_);
  jobs_.push_back(std::move(job));
}

bool HandlerPool::IsStuck() const {
  const absl::MutexLock lock(&mutex_);
  return std::any_of(running_until_.begin(), running_until_.end(),
                     [](net::Deadline until) { return until.expired(); });
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
    std::move(job)();
    mutex_.Lock();
    running_until_[thread] = net::Deadline::Infinite();
  }
}

}  // namespace forklift::http::server
