#include "forklift/net/timer_queue.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <utility>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"

namespace forklift::net {
namespace {

// Four children make the heap half as deep as two, and lie in one or two cache lines.
constexpr size_t kArity = 4;

}  // namespace

TimerId TimerQueue::Add(Deadline deadline, Callback callback) {
  uint32_t slot = free_slot_;
  if (slot == kNoSlot) {
    CHECK_LT(slots_.size(), kNoSlot) << "TimerQueue: too many timers";
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    free_slot_ = slots_[slot].position;
  }
  slots_[slot].callback = std::move(callback);
  // An odd generation is a living timer's.
  const TimerId timer(slot, ++slots_[slot].generation);
  heap_.push_back({deadline, next_sequence_, slot});
  SiftUp(heap_.size() - 1, {deadline, next_sequence_++, slot});
  return timer;
}

bool TimerQueue::Cancel(TimerId timer) {
  if (!Holds(timer)) return false;
  Take(slots_[timer.slot_].position);
  return true;
}

bool TimerQueue::Move(TimerId timer, Deadline deadline) {
  if (!Holds(timer)) return false;
  const size_t position = slots_[timer.slot_].position;
  const Entry moved = {deadline, next_sequence_++, timer.slot_};
  if (moved.Before(heap_[position])) {
    SiftUp(position, moved);
  } else {
    SiftDown(position, moved);
  }
  return true;
}

Deadline TimerQueue::NextDeadline() const {
  return heap_.empty() ? Deadline::Infinite() : heap_.front().deadline;
}

size_t TimerQueue::RunExpired() {
  const Deadline now = Deadline::After(absl::ZeroDuration());
  const uint64_t end = next_sequence_;
  size_t count = 0;
  // What was added meanwhile has a later sequence; where it is at the front, it may be earlier than
  // something old that has expired, which then runs in the next round.
  while (!heap_.empty() && heap_.front().deadline <= now && heap_.front().sequence < end) {
    Take(0)();
    ++count;
  }
  return count;
}

void TimerQueue::Clear() {
  while (!heap_.empty()) Take(heap_.size() - 1);
}

bool TimerQueue::Holds(TimerId timer) const {
  return timer.slot_ < slots_.size() && timer.generation_ % 2 == 1 &&
         slots_[timer.slot_].generation == timer.generation_;
}

void TimerQueue::Place(size_t position, const Entry& entry) {
  heap_[position] = entry;
  slots_[entry.slot].position = static_cast<uint32_t>(position);
}

void TimerQueue::SiftUp(size_t position, const Entry& entry) {
  while (position > 0) {
    const size_t parent = (position - 1) / kArity;
    if (!entry.Before(heap_[parent])) break;
    Place(position, heap_[parent]);
    position = parent;
  }
  Place(position, entry);
}

void TimerQueue::SiftDown(size_t position, const Entry& entry) {
  while (true) {
    const size_t first = position * kArity + 1;
    if (first >= heap_.size()) break;
    const auto earliest = std::min_element(
        heap_.begin() + static_cast<ptrdiff_t>(first),
        heap_.begin() + static_cast<ptrdiff_t>(std::min(first + kArity, heap_.size())),
        [](const Entry& a, const Entry& b) { return a.Before(b); });
    if (!earliest->Before(entry)) break;
    Place(position, *earliest);
    position = static_cast<size_t>(earliest - heap_.begin());
  }
  Place(position, entry);
}

// Takes the timer at `position` out of the heap, and frees its slot.
TimerQueue::Callback TimerQueue::Take(size_t position) {
  const uint32_t slot = heap_[position].slot;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    if (last.Before(heap_[position])) {
      SiftUp(position, last);
    } else {
      SiftDown(position, last);
    }
  }
  Callback callback = std::move(slots_[slot].callback);
  slots_[slot].callback = nullptr;
  ++slots_[slot].generation;
  slots_[slot].position = free_slot_;
  free_slot_ = slot;
  return callback;
}

}  // namespace forklift::net
