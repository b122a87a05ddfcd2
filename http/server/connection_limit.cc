#include "forklift/http/server/connection_limit.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/proc/shared_array.h"

namespace forklift::http::server {

absl::StatusOr<std::unique_ptr<ConnectionLimit>> ConnectionLimit::Create(size_t most,
                                                                         size_t slots) {
  CHECK_GT(slots, 0u) << "ConnectionLimit::Create: no slots";
  absl::StatusOr<proc::SharedArray<Cell>> cells =
      proc::SharedArray<Cell>::Create(kFirstSlot + slots);
  if (!cells.ok()) return cells.status();
  return absl::WrapUnique(new ConnectionLimit(most, *std::move(cells)));
}

std::atomic<int64_t>& ConnectionLimit::InSlot(size_t slot) const {
  CHECK_LT(slot, cells_.size() - kFirstSlot) << "ConnectionLimit: no such slot";
  return cells_[kFirstSlot + slot].value;
}

// A worker may be killed between the changes of its slot and of the total. The slot has never less
// than its part of the total: so what comes of that is one client too many, and not one whom the
// limit keeps out for ever.
bool ConnectionLimit::Enter(size_t slot) {
  std::atomic<int64_t>& own = InSlot(slot);
  own.fetch_add(1, std::memory_order_relaxed);
  int64_t before = total().load(std::memory_order_relaxed);
  do {
    if (before >= static_cast<int64_t>(most_) && !lifted()) {
      own.fetch_sub(1, std::memory_order_relaxed);
      return false;
    }
  } while (!total().compare_exchange_weak(before, before + 1, std::memory_order_relaxed));
  return true;
}

void ConnectionLimit::Leave(size_t slot) {
  std::atomic<int64_t>& own = InSlot(slot);
  total().fetch_sub(1, std::memory_order_relaxed);
  own.fetch_sub(1, std::memory_order_relaxed);
}

void ConnectionLimit::LeaveAll(size_t slot) {
  total().fetch_sub(InSlot(slot).exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
}

void ConnectionLimit::Lift() { lifted_cell().store(1, std::memory_order_relaxed); }

bool ConnectionLimit::lifted() const { return lifted_cell().load(std::memory_order_relaxed) != 0; }

size_t ConnectionLimit::count() const {
  return static_cast<size_t>(std::max(total().load(std::memory_order_relaxed), int64_t{0}));
}

}  // namespace forklift::http::server
