#include "forklift/net/acceptor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

// Connections in a row that died in the queue, before that counts as a shortage too.
constexpr int kAbortedInARow = 16;

// Any descriptor will do; this one needs no file.
UniqueFd OpenReserve() { return UniqueFd(::eventfd(0, EFD_CLOEXEC)); }

}  // namespace

Acceptor::Acceptor(Listener listener, const AcceptorOptions& options)
    : options_(options), listener_(std::move(listener)), reserve_(OpenReserve()) {
  CHECK_GE(options.batch, 1) << "Acceptor: a batch of nothing";
  CHECK_GT(options.pause, absl::ZeroDuration()) << "Acceptor: without a pause it would spin";
}

absl::Status Acceptor::Accept(OnAccept on_accept) {
  if (drained_) drained_ = false;  // a write costs a server that forks a copy of the page
  if (paused() && paused_until_->expired()) Resume();
  int aborted = 0;
  for (int i = 0; i < options_.batch && !closed() && !paused(); ++i) {
    if (!reserve_.valid()) reserve_ = OpenReserve();
    AcceptResult accepted = listener_.TryAccept();
    switch (accepted.outcome) {
      case AcceptOutcome::kAccepted:
        aborted = 0;
        if (on_accept({std::move(accepted.connection), accepted.peer,
                       /*on_reserve=*/false}) == AfterAccept::kEndBatch) {
          return absl::OkStatus();
        }
        break;
      case AcceptOutcome::kNotReady:
        drained_ = true;
        return absl::OkStatus();
      case AcceptOutcome::kAborted:
        LOG_EVERY_N_SEC(WARNING, 1) << accepted.error.message();
        if (++aborted == kAbortedInARow) Pause();
        break;
      case AcceptOutcome::kOutOfDescriptors:
        LOG_EVERY_N_SEC(WARNING, 1)
            << accepted.error.message() << "; accepting with the reserve, then pausing";
        Pause();
        return AcceptOnReserve(on_accept);
      case AcceptOutcome::kOutOfMemory:
        LOG_EVERY_N_SEC(WARNING, 1) << accepted.error.message() << "; clients wait in the queue";
        Pause();
        break;
      case AcceptOutcome::kFailed:
        return accepted.error;
    }
  }
  return absl::OkStatus();
}

// Accepts with the descriptor of the reserve, as often as a batch allows.
absl::Status Acceptor::AcceptOnReserve(OnAccept on_accept) {
  for (int i = 0; i < options_.batch && reserve_.valid(); ++i) {
    reserve_.reset();
    // Another thread or, where the system is out of them, process may have taken the descriptor:
    // then this fails as well, and the pause is all that is left.
    AcceptResult accepted = listener_.TryAccept();
    const bool go_on = accepted.outcome == AcceptOutcome::kAccepted &&
                       on_accept({std::move(accepted.connection), accepted.peer,
                                  /*on_reserve=*/true}) == AfterAccept::kNext;
    if (closed()) return absl::OkStatus();
    reserve_ = OpenReserve();
    if (accepted.outcome == AcceptOutcome::kFailed) return accepted.error;
    if (accepted.outcome == AcceptOutcome::kNotReady) {
      // Nobody waits: there is nothing to spin on.
      drained_ = true;
      Resume();
    }
    if (!go_on) return absl::OkStatus();
  }
  return absl::OkStatus();
}

void Acceptor::Close() {
  listener_.Close();
  reserve_.reset();
  Resume();
}

void Acceptor::CloseInChild() const {
  if (listener_.fd() >= 0) ::close(listener_.fd());
  if (reserve_.valid()) ::close(reserve_.get());
}

}  // namespace forklift::net
