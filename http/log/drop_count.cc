#include "forklift/http/log/drop_count.h"

#include <poll.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"
#include "forklift/proc/shared_array.h"

namespace forklift::http::log {

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
  absl::StatusOr<proc::SharedArray<Shared>> shared = proc::SharedArray<Shared>::Create(1);
  if (!shared.ok()) return shared.status();
  return absl::WrapUnique(new DropCount(*std::move(shared)));
}

void DropCount::Add(int error_number) {
  shared_[0].last_error.store(error_number, std::memory_order_relaxed);
  shared_[0].count.fetch_add(1, std::memory_order_relaxed);
}

void DropCount::WarnWhenDue(std::string_view log) {
  if (count() == shared_[0].warned.load(std::memory_order_relaxed)) return;
  const int64_t now = MonotonicNanoseconds();
  int64_t due = shared_[0].due.load(std::memory_order_relaxed);
  if (now < due || !StandardErrorTakesALine() ||
      !shared_[0].due.compare_exchange_strong(due, now + kSecond)) {
    return;
  }
  const uint64_t dropped = count();
  shared_[0].warned.store(dropped, std::memory_order_relaxed);
  const int error_number = shared_[0].last_error.load(std::memory_order_relaxed);
  LOG(WARNING) << "access log " << log << ": " << dropped << " lines dropped so far; last, "
               << (error_number == 0 ? "write: only a part of a line"
                                     : net::PosixError(error_number, "write").message());
}

void DropCount::SetTorn() { shared_[0].torn.store(true, std::memory_order_relaxed); }

bool DropCount::TakeTorn() {
  return shared_[0].torn.load(std::memory_order_relaxed) && shared_[0].torn.exchange(false);
}

uint64_t DropCount::count() const { return shared_[0].count.load(std::memory_order_relaxed); }

}  // namespace forklift::http::log
