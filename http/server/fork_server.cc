#include "forklift/http/server/fork_server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/signals/signal_set.h"

namespace forklift::http::server {
namespace {

// How long a shortage of descriptors, memory or processes keeps the server from trying again. An
// exiting child ends the pause early.
constexpr absl::Duration kShortagePause = absl::Milliseconds(100);

// Connections taken before signals get their turn again.
constexpr int kAcceptsAtOnce = 64;

// The parent decides when its children stop: Ctrl-C and a supervisor's TERM reach them too, and
// must not cut off what they are serving.
signals::SignalSet StopSignals() { return {SIGINT, SIGTERM, SIGQUIT}; }

void LogUnlessClean(pid_t pid, proc::ExitStatus status) {
  if (!status.success()) LOG_EVERY_N_SEC(WARNING, 1) << "child " << pid << " " << status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ForkServer>> ForkServer::Create(const ForkServerOptions& options,
                                                               Handler handler) {
  if (options.max_connections == 0)
    return absl::InvalidArgumentError("max_connections must be at least 1");
  if (options.listener.backlog < 1) return absl::InvalidArgumentError("backlog must be at least 1");
  absl::StatusOr<net::Listener> listener = net::Listener::Bind(options.address, options.listener);
  if (!listener.ok()) return listener.status();
  absl::StatusOr<std::unique_ptr<signals::SelfPipe>> self_pipe =
      signals::SelfPipe::Create({SIGCHLD, SIGINT, SIGTERM, SIGQUIT});
  if (!self_pipe.ok()) return self_pipe.status();
  return absl::WrapUnique(
      new ForkServer(options, std::move(handler), *std::move(listener), *std::move(self_pipe)));
}

ForkServer::ForkServer(const ForkServerOptions& options, Handler handler, net::Listener listener,
                       std::unique_ptr<signals::SelfPipe> self_pipe)
    : options_(options),
      handler_(std::move(handler)),
      listener_(std::move(listener)),
      self_pipe_(std::move(self_pipe)) {}

absl::Status ForkServer::Run() {
  absl::Status result;
  while (!drain_deadline_ || reaper_.size() > 0 || !refusals_.empty()) {
    WaitForEvents();
    // Signals before new work: a stop must not wait behind a queue of clients.
    HandleSignals();
    refusals_.Advance();
    if (drain_deadline_) {
      if (drain_deadline_->expired()) KillChildren();
      continue;
    }
    if (accept_again_ && accept_again_->expired()) accept_again_.reset();
    if (accept_again_) continue;
    result = Accept(kAcceptsAtOnce);
    if (!result.ok()) StopAccepting();
  }
  return result;
}

void ForkServer::WaitForEvents() {
  poll_entries_.clear();
  poll_entries_.push_back({.fd = self_pipe_->fd(), .events = POLLIN, .revents = 0});
  net::Deadline deadline = refusals_.NextDeadline();
  if (drain_deadline_) {
    deadline = std::min(deadline, *drain_deadline_);
  } else if (accept_again_) {
    deadline = std::min(deadline, *accept_again_);
  } else {
    poll_entries_.push_back({.fd = listener_.fd(), .events = POLLIN, .revents = 0});
  }
  refusals_.AppendPollEntries(poll_entries_);
  // What became ready is not looked at: every step of the loop finds out without blocking.
  const int ready = ::poll(poll_entries_.data(), poll_entries_.size(), deadline.PollTimeout());
  PCHECK(ready >= 0 || errno == EINTR || errno == ENOMEM) << "poll";
}

void ForkServer::HandleSignals() {
  const signals::SignalSet signals = self_pipe_->Drain();
  if (signals.Contains(SIGCHLD) && reaper_.ReapAll() > 0) accept_again_.reset();
  if (drain_deadline_ && signals.Contains(SIGINT)) {
    KillChildren();
  } else if (!drain_deadline_ &&
             (signals.Contains(SIGINT) || signals.Contains(SIGTERM) || signals.Contains(SIGQUIT))) {
    BeginDrain();
  }
}

absl::Status ForkServer::Accept(int limit) {
  for (int i = 0; i < limit; ++i) {
    net::AcceptResult accepted = listener_.TryAccept();
    switch (accepted.outcome) {
      case net::AcceptOutcome::kAccepted:
        StartChild(std::move(accepted.connection));
        if (accept_again_) return absl::OkStatus();
        break;
      case net::AcceptOutcome::kNotReady:
        return absl::OkStatus();
      case net::AcceptOutcome::kAborted:
        LOG_EVERY_N_SEC(WARNING, 1) << accepted.error.message();
        break;
      case net::AcceptOutcome::kOutOfDescriptors:
      case net::AcceptOutcome::kOutOfMemory:
        LOG_EVERY_N_SEC(WARNING, 1) << accepted.error.message() << "; clients wait in the queue";
        PauseAccepting();
        return absl::OkStatus();
      case net::AcceptOutcome::kFailed:
        return accepted.error;
    }
  }
  return absl::OkStatus();
}

void ForkServer::StartChild(net::UniqueFd connection) {
  if (reaper_.size() >= options_.max_connections) {
    LOG_EVERY_N_SEC(WARNING, 1) << "all " << options_.max_connections
                                << " connections are in use; answering 503";
    refusals_.Add(std::move(connection));
    return;
  }
  const absl::StatusOr<pid_t> child = proc::Fork(
      [&] {
        listener_.Close();
        self_pipe_.reset();
        refusals_.Clear();
        ServeExchange(std::move(connection), options_.exchange, handler_);
        return 0;
      },
      StopSignals());
  if (!child.ok()) {
    LOG_EVERY_N_SEC(WARNING, 1) << child.status().message() << "; answering 503";
    refusals_.Add(std::move(connection));
    PauseAccepting();
    return;
  }
  reaper_.Adopt(*child, LogUnlessClean);
  // The parent's copy of the connection is closed here; the child's is the last.
}

void ForkServer::PauseAccepting() { accept_again_ = net::Deadline::After(kShortagePause); }

void ForkServer::BeginDrain() {
  // Clients that the kernel has let in already are served; closing the listener would reset them.
  const absl::Status accepted = Accept(options_.listener.backlog);
  if (!accepted.ok()) LOG(WARNING) << accepted.message();
  StopAccepting();
}

void ForkServer::StopAccepting() {
  LOG(INFO) << "stopping: " << reaper_.size() << " connections to finish";
  listener_.Close();
  drain_deadline_ = net::Deadline::After(options_.drain_timeout);
}

void ForkServer::KillChildren() {
  const std::vector<pid_t> pids = reaper_.Pids();
  if (!pids.empty())
    LOG(WARNING) << "killing " << pids.size() << " connections that have not finished";
  for (pid_t pid : pids) ::kill(pid, SIGKILL);  // not reaped, so the pid is still theirs
  refusals_.Clear();
  drain_deadline_ = net::Deadline::Infinite();  // nothing left to do but reap them
}

}  // namespace forklift::http::server
