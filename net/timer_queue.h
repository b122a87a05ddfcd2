// TimerQueue runs callbacks at their deadlines, for a loop that waits until the next of them.
//
// A heap: to add, move or cancel a timer costs O(log n), to know the next one O(1). Owns the
// callbacks, not what they refer to. Never blocks and starts no thread: somebody calls RunExpired.
// A copy in a forked child is the child's own. One object, one thread; not for signal handlers.
//
//   TimerQueue timers;
//   TimerId idle = timers.Add(Deadline::After(absl::Seconds(15)), [&] { connection.reset(); });
//   ::poll(entries.data(), entries.size(), timers.NextDeadline().PollTimeout());
//   timers.RunExpired();
#ifndef FORKLIFT_NET_TIMER_QUEUE_H_
#define FORKLIFT_NET_TIMER_QUEUE_H_

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "absl/functional/any_invocable.h"
#include "forklift/net/deadline.h"

namespace forklift::net {

// Names one timer, also after it has run: the name is not given to another. A default one names
// none.
class TimerId {
 public:
  TimerId() = default;
  friend bool operator==(const TimerId&, const TimerId&) = default;

 private:
  friend class TimerQueue;
  TimerId(uint32_t slot, uint32_t generation) : slot_(slot), generation_(generation) {}

  uint32_t slot_ = 0;
  uint32_t generation_ = 0;  // 0 is no timer's
};

class TimerQueue {
 public:
  using Callback = absl::AnyInvocable<void() &&>;

  TimerQueue() = default;
  // Destroys the callbacks without running them; what they own may still Cancel.
  ~TimerQueue() { Clear(); }
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Will run `callback` once. An infinite deadline is allowed: it waits to be moved.
  TimerId Add(Deadline deadline, Callback callback);

  // False where it has run, is running or was cancelled. The callback is destroyed at once.
  bool Cancel(TimerId timer);

  // Another deadline for the same callback; false as Cancel.
  bool Move(TimerId timer, Deadline deadline);

  // When RunExpired has something to do; infinite where there is no timer.
  Deadline NextDeadline() const;

  // Runs those whose deadline has passed, earlier ones first, equal ones in the order in which they
  // were added or moved. A callback may add, move and cancel timers, itself being none any more;
  // what it adds waits for the next RunExpired, so that a timer that renews itself cannot hold the
  // loop. Returns how many ran.
  size_t RunExpired();

  // Cancels all.
  void Clear();

  size_t size() const { return heap_.size(); }
  bool empty() const { return heap_.empty(); }

 private:
  struct Entry {
    Deadline deadline;
    uint64_t sequence;
    uint32_t slot;
    bool Before(const Entry& other) const {
      return deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence;
    }
  };
  struct Slot {
    uint32_t generation = 0;
    uint32_t position = 0;  // in heap_, or the next free slot
    Callback callback;
  };

  bool Holds(TimerId timer) const;
  void Place(size_t position, const Entry& entry);
  void SiftUp(size_t position, const Entry& entry);
  void SiftDown(size_t position, const Entry& entry);
  Callback Take(size_t position);

  std::vector<Entry> heap_;  // the children of entry i are 4i+1 to 4i+4
  std::vector<Slot> slots_;
  uint32_t free_slot_ = kNoSlot;
  uint64_t next_sequence_ = 0;

  static constexpr uint32_t kNoSlot = UINT32_MAX;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_TIMER_QUEUE_H_
