#include "forklift/proc/worker.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "forklift/net/eintr.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"

namespace forklift::proc {

Worker::Worker(const WorkerIdentity& identity, net::UniqueFd channel, absl::Duration running_now,
               bool trial, absl::Duration last_beat)
    : identity_(identity),
      channel_(std::move(channel)),
      trial_(trial),
      since_(running_now),
      last_beat_(last_beat) {}

std::optional<WorkerEvent::Kind> Worker::Listen(absl::Duration running_now) {
  if (listen_fd() < 0) return std::nullopt;
  char word;
  const ssize_t count =
      net::RetryOnEintr([&] { return ::recv(channel_.get(), &word, 1, MSG_DONTWAIT); });
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
  if (count == 1 && word == kReadyWord && state_ == State::kStarting) {
    state_ = State::kReady;
    trial_ = false;
    since_ = running_now;
    ready_at_ = MonotonicNow();
    return WorkerEvent::Kind::kReady;
  }
  if (count == 1 && word == kRetiringWord && state_ == State::kReady) {
    retiring_ = true;
    return WorkerEvent::Kind::kRetiring;
  }
  hung_up_ = true;  // it has ended, or is about to run out of time
  return std::nullopt;
}

void Worker::SeeBeat(absl::Duration last_beat, absl::Duration running_now) {
  if (state_ != State::kReady || last_beat == last_beat_) return;
  last_beat_ = last_beat;
  since_ = running_now;
}

void Worker::TellToStop(absl::Duration running_now) {
  // Fails only where the worker has ended.
  net::RetryOnEintr([&] { return ::send(channel_.get(), "S", 1, MSG_NOSIGNAL | MSG_DONTWAIT); });
  state_ = State::kStopping;
  trial_ = false;
  since_ = running_now;
}

}  // namespace forklift::proc
