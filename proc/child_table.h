// ChildTable knows which children are alive and what each is for, never lets them be more than a
// limit, and counts how they ended.
//
// It has a Reaper of its own (proc/reaper.h): whatever holds there holds here, and what only waits
// for children needs no table. PID 1 and a subreaper say ReapEverything. A `Payload` is what a
// child is for: its connection, slot or job; movable. Owns the payloads, no process: children
// outlive it. Never blocks, but for Fork. Not for signal handlers; not for use in a child that
// inherits it. One object, one thread.
//
//   ChildTable<std::string> children(/*limit=*/100, [](pid_t, ExitStatus status, std::string& job)
//   {
//     LOG(INFO) << job << " " << status;
//   });
//   const absl::StatusOr<pid_t> child = children.Start("count words", [] { return CountWords(); });
//   if (self_pipe->Drain().Contains(SIGCHLD)) children.ReapAll();
#ifndef FORKLIFT_PROC_CHILD_TABLE_H_
#define FORKLIFT_PROC_CHILD_TABLE_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <map>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {

// Since the table was made; started is the sum of the other three and of those not yet reaped.
struct ChildCounts {
  uint64_t started = 0;
  uint64_t exited_cleanly = 0;  // with status 0
  uint64_t failed = 0;          // with another status, or with one that another wait has taken
  uint64_t signalled = 0;       // killed by a signal

  friend bool operator==(const ChildCounts&, const ChildCounts&) = default;
};

// Of what process group a child is.
enum class ChildGroup {
  kParents,
  // One of its own, which ends with it: its children that are left when it ends get SIGKILL, unless
  // they have left the group.
  kOwn,
};

template <typename Payload>
class ChildTable {
 public:
  // Told once, when a child has ended; the child is no longer in the table, and the payload goes
  // when this returns. It may start others.
  using ExitCallback = absl::AnyInvocable<void(pid_t, ExitStatus, Payload&)>;

  // For at most `limit` children, those that have ended and are not yet reaped among them.
  ChildTable(size_t limit, ExitCallback on_exit) : limit_(limit), on_exit_(std::move(on_exit)) {}

  ChildTable(const ChildTable&) = delete;
  ChildTable& operator=(const ChildTable&) = delete;

  // Forks a child that runs `body`, as Fork does, and returns its pid. In the child all payloads
  // are gone before `body` runs, `payload` too: what the children are for keeps no descriptor open
  // in another.
  //
  // kResourceExhausted, without a fork, where the table is full; else the errors of Fork. Where it
  // fails, `payload` is as it was.
  absl::StatusOr<pid_t> Start(Payload&& payload, absl::FunctionRef<int()> body,
                              const signals::SignalSet& ignored = {},
                              ChildGroup group = ChildGroup::kParents) {
    if (full()) {
      return absl::ResourceExhaustedError(absl::StrCat("all ", limit_, " children are running"));
    }
    absl::StatusOr<pid_t> child = Fork(
        [&] {
          if (group == ChildGroup::kOwn) ::setpgid(0, 0);
          { [[maybe_unused]] const Payload dropped = std::move(payload); }
          children_.clear();
          return body();
        },
        ignored);
    if (!child.ok()) return child;
    ++counts_.started;
    children_.emplace(*child, std::move(payload));
    const auto on_exit = [this](pid_t pid, ExitStatus status) { OnExit(pid, status); };
    if (group == ChildGroup::kOwn) {
      reaper_.AdoptGroup(*child, on_exit);
    } else {
      reaper_.Adopt(*child, on_exit);
    }
    return child;
  }

  // Takes the children that have ended, and calls the exit callback for each. Returns how many.
  size_t ReapAll() { return reaper_.ReapAll(); }

  // As those of Reaper.
  void ReapEverything(Reaper::UnknownCallback on_unknown) {
    reaper_.ReapEverything(std::move(on_unknown));
  }
  bool Signal(pid_t pid, int signal) const { return reaper_.Signal(pid, signal); }
  void SignalAll(int signal) const { reaper_.SignalAll(signal); }

  // What the child is for; null where `pid` is none in the table.
  Payload* Find(pid_t pid) {
    const auto child = children_.find(pid);
    return child == children_.end() ? nullptr : &child->second;
  }

  // Over pairs of pid and payload. Starting or reaping children in the loop ends it.
  auto begin() { return children_.begin(); }
  auto end() { return children_.end(); }
  auto begin() const { return children_.begin(); }
  auto end() const { return children_.end(); }

  size_t size() const { return children_.size(); }
  bool full() const { return size() >= limit_; }
  const ChildCounts& counts() const { return counts_; }

 private:
  void OnExit(pid_t pid, ExitStatus status) {
    ++(status.success()                                ? counts_.exited_cleanly
       : status.kind() == ExitStatus::Kind::kSignalled ? counts_.signalled
                                                       : counts_.failed);
    auto child = children_.extract(pid);
    on_exit_(pid, status, child.mapped());
  }

  const size_t limit_;
  ExitCallback on_exit_;
  Reaper reaper_;
  std::map<pid_t, Payload> children_;  // those in the reaper's charge
  ChildCounts counts_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CHILD_TABLE_H_
