// More signals than anyone should send, from several processes at once, while children come and go.
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "absl/base/config.h"
#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_name.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"
#include "forklift/tests/signals/signal_source_fixture.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

#ifdef ABSL_HAVE_THREAD_SANITIZER
constexpr bool kEachRealTimeSignalArrives = false;  // it holds one of a kind back, and drops more
constexpr int kFloodOfChildren = 500;               // and makes a slow fork of each vfork
#else
constexpr bool kEachRealTimeSignalArrives = true;
constexpr int kFloodOfChildren = 5'000;
#endif

constexpr int kSenders = 4;
constexpr int kSignalsEach = 250'000;
constexpr int kChildrenInTheStorm = 300;
constexpr int kChildrenAtOnce = 20;

const SignalSet& Kinds() {
  static const SignalSet kinds = {SIGHUP, SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMIN + 1};
  return kinds;
}

bool IsRealTime(int signal) { return signal >= SIGRTMIN; }

// What the senders and the receiver have in common, in memory that they share.
struct Board {
  std::array<std::atomic<uint64_t>, kSignalLimit> sent;  // counted before it is sent
  std::atomic<int> finished;                             // senders whose storm is over
  std::atomic<bool> last_round;                          // the receiver has seen it all
};

class SignalStormTest : public SignalSourceFixture {
 protected:
  SignalStormTest() {
    // Root's tests share one quota of waiting signals: leave some to the others.
    rlimit limit;
    CHECK_EQ(::getrlimit(RLIMIT_SIGPENDING, &limit), 0);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, 1000);
    CHECK_EQ(::setrlimit(RLIMIT_SIGPENDING, &limit), 0);
    void* memory =
        ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    PCHECK(memory != MAP_FAILED);
    board_ = new (memory) Board();
  }
  ~SignalStormTest() override {
    reaper_.SignalAll(SIGKILL);  // what a failed assertion has left
    while (reaper_.size() > 0) {
      ::poll(nullptr, 0, 1);
      reaper_.ReapAll();
    }
    ::munmap(board_, sizeof(Board));
  }

  void Adopt(pid_t pid) {
    ASSERT_GT(pid, 0);
    reaper_.Adopt(pid, [](pid_t, proc::ExitStatus status) { EXPECT_TRUE(status.success()); });
  }

  void StartSender() {
    const pid_t receiver = ::getpid();
    const absl::StatusOr<pid_t> sender = proc::Fork([&] {
      ::alarm(250);  // ends one whose receiver is gone
      int sequence = 0;
      while (sequence < kSignalsEach) {
        for (int signal : Kinds()) Send(receiver, signal, sequence++);
      }
      ++board_->finished;
      while (!board_->last_round) ::poll(nullptr, 0, 1);
      for (int signal : Kinds()) Send(receiver, signal, sequence++);
      return 0;
    });
    ASSERT_TRUE(sender.ok()) << sender.status();
    Adopt(*sender);
  }

  void Send(pid_t receiver, int signal, int sequence) {
    ++board_->sent[static_cast<size_t>(signal)];
    if (!IsRealTime(signal)) {
      ::kill(receiver, signal);
      return;
    }
    const sigval value = {.sival_int = sequence};
    while (::sigqueue(receiver, signal, value) != 0 && errno == EAGAIN) ::sched_yield();
  }

  // A child that, before it ends, sends itself a signal that nobody sends to its parent.
  void StartChild() {
    pid_t pid;
    {
      // A fork that a signal interrupts starts again; under a storm it would never end.
      const ScopedSignalMask blocked(SignalSet::All());
      pid = ::fork();
      if (pid == 0) {
        SetBlockedSignals({});
        ::raise(SIGWINCH);
        ::_exit(0);
      }
    }
    Adopt(pid);
    ++children_;
  }

  // One round of a loop. Children are waited for only because a signal says so.
  void HandleEvents(int timeout_ms) {
    pollfd entry = {.fd = source_->fd(), .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, timeout_ms) == 0) return;
    const ReceivedSignals received = source_->Drain();
    for (int signal : received.signals()) {
      received_[signal] += received.Count(signal);
      EXPECT_GT(received.Count(signal), 0u);
    }
    informed_ += received.infos().size();
    uninformed_ += received.infos_lost();
    for (const SignalInfo& info : received.infos()) CheckOrder(info);
    if (received.Contains(SIGCHLD)) reaper_.ReapAll();
  }

  // Real-time signals of one kind come in the order in which each sender has sent them.
  void CheckOrder(const SignalInfo& info) {
    if (!IsRealTime(info.signal)) return;
    const auto [last, first_one] =
        last_sequence_.try_emplace({info.pid, info.signal}, info.value.sival_int);
    if (first_one) return;
    EXPECT_GT(info.value.sival_int, last->second) << info.ToString();
    last->second = info.value.sival_int;
  }

  uint64_t Sent(int signal) const { return board_->sent[static_cast<size_t>(signal)]; }

  Board* board_;
  std::unique_ptr<SignalSource> source_;
  proc::Reaper reaper_;
  int children_ = 0;
  std::map<int, uint64_t> received_;
  std::map<std::pair<pid_t, int>, int> last_sequence_;
  uint64_t informed_ = 0;
  uint64_t uninformed_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Both, SignalStormTest, kBothMechanisms, MechanismName);

TEST_P(SignalStormTest, AMillionSignalsLoseNoStateWhileChildrenForkAndExit) {
  const tests::Holdings before = tests::Holdings::Now();
  SignalSet signals = Kinds();
  signals.Add(SIGCHLD);
  signals.Add(SIGWINCH);
  source_ = Open(signals);
  for (int i = 0; i < kSenders; ++i) ASSERT_NO_FATAL_FAILURE(StartSender());

  const net::Deadline deadline = net::Deadline::After(absl::Minutes(4));
  while (board_->finished < kSenders || children_ < kChildrenInTheStorm || Readable(*source_)) {
    ASSERT_FALSE(deadline.expired()) << board_->finished << " of " << kSenders << " have finished";
    if (children_ < kChildrenInTheStorm && reaper_.size() < kSenders + kChildrenAtOnce) {
      ASSERT_NO_FATAL_FAILURE(StartChild());
    }
    HandleEvents(10);
    for (int signal : Kinds())
      ASSERT_LE(received_[signal], Sent(signal)) << SignalName(signal).view();
  }
  const std::map<int, uint64_t> in_storm = received_;
  uint64_t sent = 0;
  for (int signal : Kinds()) {
    sent += Sent(signal);
    EXPECT_GE(received_[signal], 1u) << SignalName(signal).view();
    if (IsRealTime(signal) && kEachRealTimeSignalArrives) {
      EXPECT_EQ(received_[signal], Sent(signal)) << SignalName(signal).view();
    }
    LOG(INFO) << SignalName(signal) << ": " << Sent(signal) << " sent, " << received_[signal]
              << " deliveries";
  }
  EXPECT_EQ(sent, 1'000'000u);

  // The last of each kind, and the end of every child.
  board_->last_round = true;
  while (reaper_.size() > 0 || Readable(*source_)) {
    ASSERT_FALSE(deadline.expired()) << reaper_.size() << " children were never heard of";
    HandleEvents(10);
  }
  for (int signal : Kinds()) {
    EXPECT_GT(received_[signal], in_storm.at(signal))
        << SignalName(signal).view() << ": the last is lost";
    EXPECT_LE(received_[signal], Sent(signal)) << SignalName(signal).view();
  }
  EXPECT_GE(received_[SIGCHLD], 1u);
  EXPECT_LE(received_[SIGCHLD], static_cast<uint64_t>(kSenders + children_));
  EXPECT_EQ(received_[SIGWINCH], 0u) << "what a child sent itself";

  uint64_t deliveries = 0;
  for (const auto& [signal, count] : received_) deliveries += count;
  EXPECT_EQ(informed_ + uninformed_, deliveries);
  LOG(INFO) << informed_ << " came with information, " << uninformed_ << " without";
  source_.reset();
  EXPECT_EQ(tests::Holdings::Now(), before);
}

// In a function of its own: vfork returns twice, which a compiler fears for the variables around
// it.
pid_t ChildThatEnds() {
  const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (pid == 0) ::_exit(0);
  return pid;
}

// Row 2 of the faults, by vfork: nothing makes children faster.
TEST_P(SignalStormTest, AFloodOfChildrenLosesNoExit) {
  if (kFloodOfChildren < 5'000) {
    LOG(WARNING) << "only " << kFloodOfChildren << " children, for the sanitizer is slow";
  }
  const tests::Holdings before = tests::Holdings::Now();
  source_ = Open({SIGCHLD});
  const net::Deadline deadline = net::Deadline::After(absl::Minutes(4));
  while (children_ < kFloodOfChildren || reaper_.size() > 0) {
    ASSERT_FALSE(deadline.expired()) << reaper_.size() << " children were never heard of";
    const bool more = children_ < kFloodOfChildren && reaper_.size() < 200;
    if (more) {
      ASSERT_NO_FATAL_FAILURE(Adopt(ChildThatEnds()));
      ++children_;
    }
    // In heaps of some, as they come to a server that is busy.
    if (!more || children_ % 16 == 0) HandleEvents(more ? 0 : 10);
  }
  EXPECT_LE(received_[SIGCHLD], static_cast<uint64_t>(kFloodOfChildren));
  source_.reset();
  EXPECT_EQ(tests::Holdings::Now(), before);
}

}  // namespace
}  // namespace forklift::signals
