#include "forklift/http/log/drop_count.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <new>
#include <string_view>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"

namespace forklift::http::log {

struct DropCount::Shared {
  std::atomic<uint64_t> count = 0;
  std::atomic<uint64_t> warned = 0;  // what `count` was at the last warning
  std::atomic<int64_t> due = 0;      // the next warning, by CLOCK_MONOTONIC in nanoseconds
  std::atomic<int> last_error = 0;
  std::atomic<bool> torn = false;
};
static_assert(std::atomic<uint64_t>::is_always_lock_free, "a lock is not shared with processes");

namespace {

constexpr int64_t kSecond = 1'000'000'000;  // in nanoseconds

int64_t MonotonicNanoseconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

// And has a reader: a write would raise SIGPIPE.
bool StandardErrorTakesALine() {
  pollfd entry = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&entry, 1, 0) == 1 && entry.revents == POLLOUT;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DropCount>> DropCount::Create() {
  void* const page =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return net::PosixError(errno, "mmap");
  return absl::WrapUnique(new DropCount(new (page) Shared));
}

DropCount::~DropCount() { ::munmap(shared_, sizeof(Shared)); }

void DropCount::Add(int error_number) {
  shared_->last_error.store(error_number, std::memory_order_relaxed);
  shared_->count.fetch_add(1, std::memory_order_relaxed);
}

void DropCount::WarnWhenDue(std::string_view log) {
  if (count() == shared_->warned.load(std::memory_order_relaxed)) return;
  const int64_t now = MonotonicNanoseconds();
  int64_t due = shared_->due.load(std::memory_order_relaxed);
  if (now < due || !StandardErrorTakesALine() ||
      !shared_->due.compare_exchange_strong(due, now + kSecond)) {
    return;
  }
  const uint64_t dropped = count();
  shared_->warned.store(dropped, std::memory_order_relaxed);
  const int error_number = shared_->last_error.load(std::memory_order_relaxed);
  LOG(WARNING) << "access log " << log << ": " << dropped << " lines dropped so far; last, "
               << (error_number == 0 ? "write: only a part of a line"
                                     : net::PosixError(error_number, "write").message());
}

void DropCount::SetTorn() { shared_->torn.store(true, std::memory_order_relaxed); }

bool DropCount::TakeTorn() {
  return shared_->torn.load(std::memory_order_relaxed) && shared_->torn.exchange(false);
}

uint64_t DropCount::count() const { return shared_->count.load(std::memory_order_relaxed); }

}  // namespace forklift::http::log
