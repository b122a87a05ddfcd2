#include "forklift/http/log/log_generation.h"

#include <stdint.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/proc/shared_array.h"

namespace forklift::http::log {

absl::StatusOr<std::unique_ptr<LogGeneration>> LogGeneration::Create() {
  absl::StatusOr<proc::SharedArray<Shared>> shared = proc::SharedArray<Shared>::Create(1);
  if (!shared.ok()) return shared.status();
  return absl::WrapUnique(new LogGeneration(*std::move(shared)));
}

void LogGeneration::Begin() {
  seen_.store(shared_[0].fetch_add(1, std::memory_order_acq_rel) + 1, std::memory_order_relaxed);
}

void LogGeneration::FollowNow(absl::FunctionRef<bool()> follow) {
  if (following_.test_and_set(std::memory_order_acquire)) return;
  // One that begins meanwhile is followed to the next time.
  const uint64_t now = shared_[0].load(std::memory_order_acquire);
  if (now != seen_.load(std::memory_order_relaxed) && follow()) {
    seen_.store(now, std::memory_order_relaxed);
  }
  following_.clear(std::memory_order_release);
}

}  // namespace forklift::http::log
