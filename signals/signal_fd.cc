#include "forklift/signals/signal_fd.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_claim.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

namespace forklift::signals {

absl::StatusOr<std::unique_ptr<SignalFd>> SignalFd::Create(const SignalSet& signals) {
  absl::StatusOr<SignalClaim> claim = SignalClaim::Take(signals);
  if (!claim.ok()) return claim.status();
  net::UniqueFd fd(::signalfd(-1, &signals.native(), SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd.valid()) return net::PosixError(errno, absl::StrCat("signalfd ", signals));
  return absl::WrapUnique(new SignalFd(*std::move(claim), std::move(fd)));
}

SignalFd::SignalFd(SignalClaim claim, net::UniqueFd fd)
    : claim_(std::move(claim)),
      fd_(std::move(fd)),
      previously_unblocked_(claim_.signals() - BlockedSignals()) {
  BlockSignals(claim_.signals());
  struct sigaction child_ended = {};
  ::sigaction(SIGCHLD, nullptr, &child_ended);
  // Not where it is well as it is: to set the default would drop one that waits already.
  const bool not_sent =
      child_ended.sa_handler == SIG_IGN || (child_ended.sa_flags & SA_NOCLDWAIT) != 0;
  if (claim_.signals().Contains(SIGCHLD) && not_sent) {
    child_disposition_.emplace(ScopedDisposition::Default(SIGCHLD));
  }
}

SignalFd::~SignalFd() {
  if (!claim_.InOwner()) {
    if (child_disposition_.has_value()) child_disposition_->Abandon();
    return;
  }
  while (Drain().infos().size() >= ReceivedSignals::kMaxInfos) {
  }
  UnblockSignals(previously_unblocked_);
}

ReceivedSignals SignalFd::Drain() {
  CHECK(claim_.InOwner()) << "SignalFd::Drain in a child that inherited it; create one of its own";
  ReceivedSignals received;
  // A few: mostly one is pending, and a page of stack costs a program that forks a fault.
  std::array<signalfd_siginfo, 4> infos;
  for (size_t taken = 0; taken < ReceivedSignals::kMaxInfos; taken += infos.size()) {
    const ssize_t size =
        net::RetryOnEintr([&] { return ::read(fd(), infos.data(), sizeof(infos)); });
    if (size <= 0) break;  // EAGAIN: none is pending
    const size_t count = static_cast<size_t>(size) / sizeof(signalfd_siginfo);
    for (size_t i = 0; i < count; ++i) {
      const SignalInfo info = SignalInfo::From(infos[i]);
      received.Add(info.signal, 1);
      received.AddInfo(info);
    }
    if (count < infos.size()) break;  // no more were pending
  }
  return received;
}

}  // namespace forklift::signals
