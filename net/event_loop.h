// EventLoop calls back when descriptors are ready and when timers are due, in one thread.
//
// Knows nothing of what the descriptors are: sockets, a self-pipe (signals/self_pipe.h), a
// resolver's. Borrows them, and owns the callbacks, which must not block. Only Run and RunOnce
// block. All calls come from the loop's thread, but Post and Stop, which may come from any; Stop
// from a signal handler too.
//
// A callback may do anything to any registration, its own included: events that the kernel had
// reported for one that is gone are dropped, also where its descriptor's number has a new owner by
// then.
//
// Across fork: the child must not run an inherited loop, but may destroy it and its registrations;
// the parent's go on.
//
//   absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
//   absl::StatusOr<Registration> accepting =
//       (*loop)->Watch(listener.fd(), Interest::kRead, [&](Readiness) { Accept(listener); });
//   (*loop)->timers().Add(Deadline::After(absl::Seconds(10)), [&] { (*loop)->Stop(); });
//   return (*loop)->Run();
#ifndef FORKLIFT_NET_EVENT_LOOP_H_
#define FORKLIFT_NET_EVENT_LOOP_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "forklift/net/deadline.h"
#include "forklift/net/poller.h"
#include "forklift/net/timer_queue.h"
#include "forklift/net/wakeup.h"

namespace forklift::net {

class EventLoop;

// One descriptor's place in a loop: watched while this lives. Destroy it before the descriptor is
// closed and before the loop.
class Registration {
 public:
  // Watches nothing.
  Registration() = default;
  ~Registration() { Cancel(); }
  Registration(Registration&& other) noexcept
      : loop_(std::exchange(other.loop_, nullptr)), slot_(other.slot_) {}
  Registration& operator=(Registration&& other) noexcept;

  // Watches for something else from now on: what is reported for the old is dropped. A hang-up is
  // reported all the same; to hear nothing, Cancel. Dies where nothing is watched, or for
  // Wakes::kOne.
  void SetInterest(Interest interest);

  // Stops watching, and destroys the callback, once it returns where it is running.
  void Cancel();

  bool active() const { return loop_ != nullptr; }

 private:
  friend class EventLoop;
  Registration(EventLoop* loop, uint32_t slot) : loop_(loop), slot_(slot) {}

  EventLoop* loop_ = nullptr;
  uint32_t slot_ = 0;
};

struct Readiness {
  // An error or hang-up sets both: the next read or write tells.
  bool readable;
  bool writable;
};

struct WatchOptions {
  Wakes wakes = Wakes::kAll;
  // Called before all others that the kernel reports with it: for signals, which must not wait
  // behind new work.
  bool urgent = false;
};

class EventLoop {
 public:
  using Callback = absl::AnyInvocable<void(Readiness)>;
  using Task = absl::AnyInvocable<void() &&>;

  // Waits by epoll, or by `poller`. Fails where the process or the system has no descriptor left.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create();
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(std::unique_ptr<Poller> poller);

  // Dies where a registration is left that would outlive it, and in one of its own callbacks.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls `callback` whenever `fd` is ready for `interest`, as long as the registration lives and
  // the descriptor stays ready. Errors of Poller::Add.
  absl::StatusOr<Registration> Watch(int fd, Interest interest, Callback callback,
                                     const WatchOptions& options = {});

  // Descriptors that were ready when the loop looked last: how busy it is.
  size_t ready() const { return ready_; }

  // Timers that the loop runs.
  TimerQueue& timers() { return timers_; }

  // Has the loop's thread run `task`, in the order of the calls. What is left when the loop is
  // destroyed is destroyed without having run. Unbounded: whoever posts faster than the loop runs
  // fills the memory.
  void Post(Task task);

  // Runs until Stop. An error, of Poller::Wait, leaves the loop as it was: it may run again.
  absl::Status Run();

  // Waits until something happens or `deadline` has passed, and runs what is due: descriptors, each
  // once, then timers. For a caller with a loop of its own. Not from a callback.
  absl::Status RunOnce(Deadline deadline);

  // Has Run return once the callbacks that are due have run; a Run that has not begun returns at
  // once.
  void Stop();

 private:
  friend class Registration;
  static constexpr uint32_t kNoSlot = UINT32_MAX;
  struct Slot {
    Callback callback;
    int fd = -1;
    uint32_t generation = 0;
    uint32_t next_free = 0;
    bool urgent = false;
  };

  EventLoop(std::unique_ptr<Poller> poller, Wakeup wakeup);

  uint64_t DataFor(uint32_t slot) const;
  void Dispatch(const ReadyEvent& event);
  void RunTasks();
  std::vector<Task> TakeTasks();
  uint32_t TakeSlot();
  void FreeSlot(uint32_t slot);

  std::unique_ptr<Poller> poller_;
  Wakeup wakeup_;
  TimerQueue timers_;
  std::vector<Slot> slots_;
  uint32_t free_slot_ = kNoSlot;
  uint32_t running_slot_ = kNoSlot;  // whose callback runs, unless it was cancelled meanwhile
  std::vector<ReadyEvent> events_;
  size_t ready_ = 0;  // of events_
  bool dispatching_ = false;
  std::atomic<bool> stop_ = false;
  absl::Mutex mutex_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  Registration wakeup_registration_;  // goes before the rest
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_EVENT_LOOP_H_
