// ReceivedSignals is what one Drain of a SignalSource found: which signals came, how often, and
// what the kernel told of them.
//
// A value: never blocks; allocates where there are more than a few signals. Safe across fork; not
// for signal handlers.
//
//   const ReceivedSignals received = source->Drain();
//   if (received.Contains(SIGCHLD)) reaper.ReapAll();
//   for (const SignalInfo& info : received.infos()) LOG(INFO) << info;
#ifndef FORKLIFT_SIGNALS_RECEIVED_SIGNALS_H_
#define FORKLIFT_SIGNALS_RECEIVED_SIGNALS_H_

#include <stddef.h>
#include <stdint.h>

#include <array>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {

class ReceivedSignals {
 public:
  // The most that one Drain tells of; more stays for the next, and the descriptor readable.
  static constexpr size_t kMaxInfos = 2048;

  bool empty() const { return signals_.empty(); }
  bool Contains(int signal) const { return signals_.Contains(signal); }
  const SignalSet& signals() const { return signals_; }

  // How many times the signal was delivered. Fewer than were sent, where the kernel has coalesced
  // signals of a kind that were pending at the same time: never more.
  uint64_t Count(int signal) const {
    return signals_.Contains(signal) ? counts_[static_cast<size_t>(signal)] : 0;
  }

  // One for each delivery, first come first; but that of a signal that comes in the middle of a
  // Drain may be with the next one.
  absl::Span<const SignalInfo> infos() const { return infos_; }

  // Deliveries that are counted, but of which nothing more is known: there was no room.
  uint64_t infos_lost() const { return infos_lost_; }

  // For a SignalSource to fill it.
  void Add(int signal, uint64_t count) {
    signals_.Add(signal);
    counts_[static_cast<size_t>(signal)] += count;
  }
  void AddInfo(const SignalInfo& info) { infos_.push_back(info); }
  void AddInfosLost(uint64_t count) { infos_lost_ += count; }

 private:
  SignalSet signals_;
  std::array<uint64_t, kSignalLimit> counts_ = {};
  absl::InlinedVector<SignalInfo, 4> infos_;
  uint64_t infos_lost_ = 0;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_RECEIVED_SIGNALS_H_
