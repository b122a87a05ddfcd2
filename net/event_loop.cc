#include "forklift/net/event_loop.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/epoll_poller.h"
#include "forklift/net/poller.h"
#include "forklift/net/wakeup.h"

namespace forklift::net {
namespace {

// Events taken from the kernel at once: more save little, keep signals waiting, and lie in pages
// that a server which forks copies each time.
constexpr size_t kEventsAtOnce = 64;

// What the kernel hands back with an event: the slot, its generation at the time of Watch, and
// whether it is urgent.
constexpr uint64_t kUrgentBit = uint64_t{1} << 63;
constexpr uint32_t kGenerationMask = 0x7FFF'FFFF;

}  // namespace

Registration& Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    Cancel();
    loop_ = std::exchange(other.loop_, nullptr);
    slot_ = other.slot_;
  }
  return *this;
}

void Registration::SetInterest(Interest interest) {
  CHECK(active()) << "Registration::SetInterest: nothing is watched";
  // What the kernel has reported already may be what is not asked for any more.
  ++loop_->slots_[slot_].generation;
  loop_->poller_->Change(loop_->slots_[slot_].fd, interest, loop_->DataFor(slot_));
}

void Registration::Cancel() {
  if (!active()) return;
  EventLoop* const loop = std::exchange(loop_, nullptr);
  loop->poller_->Remove(loop->slots_[slot_].fd);
  loop->FreeSlot(slot_);
}

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create() {
  absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create();
  if (!poller.ok()) return poller.status();
  return Create(*std::move(poller));
}

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(std::unique_ptr<Poller> poller) {
  absl::StatusOr<Wakeup> wakeup = Wakeup::Create();
  if (!wakeup.ok()) return wakeup.status();
  auto loop = absl::WrapUnique(new EventLoop(std::move(poller), *std::move(wakeup)));
  absl::StatusOr<Registration> registration = loop->Watch(
      loop->wakeup_.fd(), Interest::kRead, [loop = loop.get()](Readiness) { loop->RunTasks(); });
  if (!registration.ok()) return registration.status();
  loop->wakeup_registration_ = *std::move(registration);
  return loop;
}

EventLoop::EventLoop(std::unique_ptr<Poller> poller, Wakeup wakeup)
    : poller_(std::move(poller)), wakeup_(std::move(wakeup)), events_(kEventsAtOnce) {}

EventLoop::~EventLoop() {
  CHECK(!dispatching_) << "EventLoop destroyed by one of its own callbacks";
  // What tasks and timers own may be registrations, or post and cancel more while it goes.
  while (!TakeTasks().empty()) {
  }
  timers_.Clear();
  wakeup_registration_.Cancel();
  for (const Slot& slot : slots_) {
    CHECK_LT(slot.fd, 0) << "EventLoop destroyed while " << slot.fd << " is watched";
  }
}

absl::StatusOr<Registration> EventLoop::Watch(int fd, Interest interest, Callback callback,
                                              const WatchOptions& options) {
  const uint32_t slot = TakeSlot();
  slots_[slot].fd = fd;
  slots_[slot].urgent = options.urgent;
  slots_[slot].callback = std::move(callback);
  const absl::Status added = poller_->Add(fd, interest, DataFor(slot), options.wakes);
  if (!added.ok()) {
    FreeSlot(slot);
    return added;
  }
  return Registration(this, slot);
}

absl::Status EventLoop::Run() {
  while (!stop_.exchange(false)) {
    absl::Status ran = RunOnce(Deadline::Infinite());
    if (!ran.ok()) return ran;
  }
  return absl::OkStatus();
}

absl::Status EventLoop::RunOnce(Deadline deadline) {
  CHECK(!dispatching_) << "EventLoop::RunOnce from one of its own callbacks";
  dispatching_ = true;
  const absl::Cleanup done = [this] { dispatching_ = false; };
  const absl::StatusOr<size_t> count =
      poller_->Wait(absl::MakeSpan(events_), std::min(deadline, timers_.NextDeadline()));
  if (!count.ok()) return count.status();
  ready_ = *count;
  for (size_t i = 0; i < ready_; ++i) {
    if ((events_[i].data & kUrgentBit) != 0) Dispatch(events_[i]);
  }
  for (size_t i = 0; i < ready_; ++i) {
    if ((events_[i].data & kUrgentBit) == 0) Dispatch(events_[i]);
  }
  timers_.RunExpired();
  return absl::OkStatus();
}

void EventLoop::Stop() {
  stop_.store(true);
  wakeup_.Wake();
}

void EventLoop::Post(Task task) {
  {
    const absl::MutexLock lock(&mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return;  // the first of them has woken the loop
  }
  wakeup_.Wake();
}

void EventLoop::RunTasks() {
  // Cleared first: a task that is posted from now on wakes the loop again.
  wakeup_.Clear();
  for (Task& task : TakeTasks()) std::move(task)();
}

std::vector<EventLoop::Task> EventLoop::TakeTasks() {
  const absl::MutexLock lock(&mutex_);
  return std::exchange(tasks_, {});
}

uint64_t EventLoop::DataFor(uint32_t slot) const {
  const uint64_t generation = slots_[slot].generation & kGenerationMask;
  return (slots_[slot].urgent ? kUrgentBit : 0) | generation << 32 | slot;
}

void EventLoop::Dispatch(const ReadyEvent& event) {
  const auto slot = static_cast<uint32_t>(event.data);
  // Of a registration that was cancelled earlier in this round, whoever has its slot by now.
  if (DataFor(slot) != event.data) return;
  // The callback may cancel its own registration, and then must live until it returns; or watch
  // more, and then slots_ moves.
  Callback callback = std::move(slots_[slot].callback);
  running_slot_ = slot;
  callback({.readable = event.readable, .writable = event.writable});
  if (running_slot_ == slot) slots_[slot].callback = std::move(callback);
  running_slot_ = kNoSlot;
}

uint32_t EventLoop::TakeSlot() {
  if (free_slot_ == kNoSlot) {
    CHECK_LT(slots_.size(), kNoSlot) << "EventLoop: too many registrations";
    slots_.emplace_back();
    return static_cast<uint32_t>(slots_.size() - 1);
  }
  return std::exchange(free_slot_, slots_[free_slot_].next_free);
}

void EventLoop::FreeSlot(uint32_t slot) {
  // Destroyed last: it may own what calls back into this loop.
  const Callback callback = std::move(slots_[slot].callback);
  slots_[slot].callback = nullptr;
  if (slot == running_slot_) running_slot_ = kNoSlot;
  slots_[slot].fd = -1;
  ++slots_[slot].generation;
  slots_[slot].next_free = std::exchange(free_slot_, slot);
}

}  // namespace forklift::net
