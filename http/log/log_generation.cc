#include "forklift/http/log/log_generation.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include <atomic>
#include <memory>
#include <new>

#include "absl/functional/function_ref.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"

namespace forklift::http::log {

absl::StatusOr<std::unique_ptr<LogGeneration>> LogGeneration::Create() {
  void* const page =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return net::PosixError(errno, "mmap");
  return absl::WrapUnique(new LogGeneration(new (page) Shared(0)));
}

LogGeneration::~LogGeneration() { ::munmap(shared_, sizeof(Shared)); }

void LogGeneration::Begin() {
  seen_.store(shared_->fetch_add(1, std::memory_order_acq_rel) + 1, std::memory_order_relaxed);
}

void LogGeneration::FollowNow(absl::FunctionRef<bool()> follow) {
  if (following_.test_and_set(std::memory_order_acquire)) return;
  // One that begins meanwhile is followed to the next time.
  const uint64_t now = shared_->load(std::memory_order_acquire);
  if (now != seen_.load(std::memory_order_relaxed) && follow()) {
    seen_.store(now, std::memory_order_relaxed);
  }
  following_.clear(std::memory_order_release);
}

}  // namespace forklift::http::log
