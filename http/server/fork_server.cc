#include "forklift/http/server/fork_server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/posix_error.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/signals/signal_set.h"

namespace forklift::http::server {
namespace {

// How long the server waits after a poll(2) that failed.
constexpr absl::Duration kPollAgain = absl::Milliseconds(100);

// The parent decides when its children stop: Ctrl-C and a supervisor's TERM reach them too, and
// must not cut off what they are serving. Nor must a reader of the log that has gone.
signals::SignalSet IgnoredByChildren() { return {SIGINT, SIGTERM, SIGQUIT, SIGPIPE}; }

void LogUnlessClean(pid_t pid, proc::ExitStatus status) {
  if (!status.success()) LOG_EVERY_N_SEC(WARNING, 1) << "child " << pid << " " << status;
}

absl::Status Check(const ForkServerOptions& options) {
  if (options.max_connections < 1)
    return absl::InvalidArgumentError("max_connections must be at least 1");
  if (options.listener.backlog < 1) return absl::InvalidArgumentError("backlog must be at least 1");
  if (options.exchange.header_bytes < 1)
    return absl::InvalidArgumentError("header_bytes must be at least 1");
  if (options.exchange.header_timeout <= absl::ZeroDuration() ||
      options.exchange.write_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("header_timeout and write_timeout must be more than 0");
  }
  if (options.drain_timeout < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("drain_timeout must not be negative");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ForkServer>> ForkServer::Create(const ForkServerOptions& options,
                                                               Handler handler) {
  const absl::Status checked = Check(options);
  if (!checked.ok()) return checked;
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
      acceptor_(std::move(listener), {}),
      self_pipe_(std::move(self_pipe)) {}

absl::Status ForkServer::Run() {
  absl::Status result;
  while (!acceptor_.closed() || reaper_.size() > 0 || !refusals_.empty()) {
    WaitForEvents();
    // Signals before new work: a stop must not wait behind a queue of clients.
    HandleSignals();
    refusals_.Advance();
    if (!acceptor_.closed()) {
      result = Accept();
      if (!result.ok()) Stop();
      if (!result.ok() || (stopping() && acceptor_.drained())) acceptor_.Close();
    }
    if (stopping() && drain_deadline_->expired()) KillChildren();
  }
  return result;
}

void ForkServer::WaitForEvents() {
  poll_entries_.clear();
  poll_entries_.push_back({.fd = self_pipe_->fd(), .events = POLLIN, .revents = 0});
  poll_entries_.push_back({.fd = acceptor_.fd(), .events = POLLIN, .revents = 0});  // or -1
  net::Deadline deadline = std::min(refusals_.NextDeadline(), acceptor_.deadline());
  if (stopping()) deadline = std::min(deadline, *drain_deadline_);
  // The end of the queue is found by accepting, not by waiting for the next client.
  if (stopping() && acceptor_.fd() >= 0) deadline = net::Deadline::After(absl::ZeroDuration());
  refusals_.AppendPollEntries(poll_entries_);
  // What became ready is not looked at: every step of the loop finds out without blocking.
  const int ready = ::poll(poll_entries_.data(), poll_entries_.size(), deadline.PollTimeout());
  const int error_number = errno;
  if (ready >= 0 || error_number == EINTR) return;
  // Too little memory, or more entries than a limit on descriptors that was lowered: wait for less.
  LOG_EVERY_N_SEC(ERROR, 1) << net::PosixError(error_number, "poll").message();
  refusals_.Clear();
  ::poll(nullptr, 0, net::Deadline::After(kPollAgain).PollTimeout());
}

void ForkServer::HandleSignals() {
  const signals::ReceivedSignals signals = self_pipe_->Drain();
  if (signals.Contains(SIGCHLD) && reaper_.ReapAll() > 0) acceptor_.Resume();
  const bool interrupted = signals.Contains(SIGINT);
  if (interrupted && interrupted_) KillChildren();
  interrupted_ = interrupted_ || interrupted;
  if (interrupted || signals.Contains(SIGTERM) || signals.Contains(SIGQUIT)) Stop();
}

absl::Status ForkServer::Accept() {
  return acceptor_.Accept([&](net::Accepted accepted) { return TakeIn(std::move(accepted)); });
}

net::AfterAccept ForkServer::TakeIn(net::Accepted accepted) {
  StartChild(std::move(accepted));
  if (stopping() && --accept_left_ == 0) acceptor_.Close();
  // Children that have ended make room before the next client is refused.
  return reaper_.size() >= options_.max_connections ? net::AfterAccept::kEndBatch
                                                    : net::AfterAccept::kNext;
}

void ForkServer::StartChild(net::Accepted accepted) {
  if (reaper_.size() >= options_.max_connections) {
    LOG_EVERY_N_SEC(WARNING, 1) << "all " << options_.max_connections
                                << " connections are in use; answering 503";
    Refuse(std::move(accepted));
    return;
  }
  const pid_t parent = ::getpid();
  const absl::StatusOr<pid_t> child = proc::Fork(
      [&] {
        // A parent that is killed takes its children along; it may have been before this line.
        if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) return 1;
        acceptor_.Close();
        self_pipe_.reset();
        refusals_.Clear();
        ServeExchange(std::move(accepted.connection), options_.exchange, handler_);
        return 0;
      },
      IgnoredByChildren());
  if (!child.ok()) {
    LOG_EVERY_N_SEC(WARNING, 1) << child.status().message() << "; answering 503";
    Refuse(std::move(accepted));
    acceptor_.Pause();
    return;
  }
  reaper_.Adopt(*child, LogUnlessClean);
  // The parent's copy of the connection is closed here; the child's is the last.
}

void ForkServer::Refuse(net::Accepted accepted) {
  if (accepted.on_reserve) {
    Refusals::RefuseAtOnce(std::move(accepted.connection));
  } else {
    refusals_.Add(std::move(accepted.connection));
  }
}

void ForkServer::Stop() {
  if (stopping()) return;
  LOG(INFO) << "stopping: " << reaper_.size()
            << " connections to finish; SIGINT (Ctrl-C) twice does not wait";
  drain_deadline_ = net::Deadline::After(options_.drain_timeout);
  // Clients that the kernel has let in already are served; closing the listener would reset them.
  // It queues one more than the backlog.
  accept_left_ = options_.listener.backlog + 1;
}

void ForkServer::KillChildren() {
  if (reaper_.size() > 0) {
    LOG(WARNING) << "killing " << reaper_.size() << " connections that have not finished";
  }
  acceptor_.Close();
  reaper_.SignalAll(SIGKILL);
  refusals_.Clear();
  drain_deadline_ = net::Deadline::Infinite();  // nothing left to do but reap them
}

}  // namespace forklift::http::server
