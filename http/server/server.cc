#include "forklift/http/server/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/ignored_signals.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/service_notices.h"
#include "forklift/http/server/upgrade.h"
#include "forklift/http/server/worker.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/pending_handshakes.h"
#include "forklift/net/posix_error.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/notify.h"
#include "forklift/proc/reaper.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/self_pipe.h"

namespace forklift::http::server {
namespace {

constexpr size_t kMaxWorkers = 1024;

// Once new clients are left unanswered, the workers go on to accept those whose handshake has
// begun: the close of the listener would reset them. That is over with a round trip, or when a busy
// machine gets to the client. It is looked at now and then, first when who began in the last moment
// can be seen, and not waited for longer than this.
constexpr absl::Duration kHandshakes = absl::Seconds(1);
constexpr absl::Duration kLookInterval = absl::Milliseconds(10);

bool IsAwaited(const net::Listener& listener) {
  const absl::StatusOr<bool> pending = net::HasPendingHandshakes(listener.local_address());
  if (!pending.ok()) VLOG(1) << pending.status();
  return pending.value_or(true);
}

proc::SupervisorOptions SupervisorOptionsFor(const ServerOptions& options, Handler& handler) {
  proc::SupervisorOptions result;
  result.workers = WorkerCount(options);
  result.max_workers = kMaxWorkers;
  result.timeouts.ready = options.start;
  result.timeouts.stop = options.drain + options.kill;
  result.timeouts.orphan = absl::Milliseconds(750);  // so that all have ended within a second
  // Only a handler that hangs keeps a worker from beating; a child of the fork model, and a thread,
  // has its own limit.
  result.timeouts.heartbeat = options.timeouts.request;
  result.timeouts.stuck = options.kill;
  result.sick_exit_code = kApplicationFailed;
  result.ignored = IgnoredBelowTheParent();
  result.fork_hooks = {.before = [&handler] { handler.BeforeFork(); },
                       .in_parent = [&handler] { handler.AfterForkInParent(); },
                       .in_child = [&handler] { handler.AfterForkInChild(); }};
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Create(const ServerOptions& options,
                                                       Inheritance inheritance, Handler& handler,
                                                       log::AccessLog* access_log,
                                                       std::optional<UpgradeCommand> upgrade) {
  absl::Status status = Check(options);
  if (!status.ok()) return status;
  if (inheritance.listeners.empty()) {
    return absl::InvalidArgumentError("a server without a listener would serve nobody");
  }
  absl::StatusOr<proc::Notifier> notifier =
      proc::Notifier::FromEnvironment(proc::Notifier::Variables::kKeep);  // a successor's, too
  if (!notifier.ok()) return notifier.status();
  absl::StatusOr<std::unique_ptr<signals::SelfPipe>> self_pipe = signals::SelfPipe::Create(
      {SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU});
  if (!self_pipe.ok()) return self_pipe.status();
  // As many slots as Supervisor has processes at most.
  absl::StatusOr<std::unique_ptr<ConnectionLimit>> limit =
      ConnectionLimit::Create(options.max_connections, 2 * kMaxWorkers);
  if (!limit.ok()) return limit.status();
  auto server = absl::WrapUnique(new Server(options, std::move(inheritance), handler, access_log,
                                            *std::move(limit), *std::move(self_pipe),
                                            *std::move(notifier), std::move(upgrade)));
  absl::StatusOr<std::unique_ptr<proc::Supervisor>> supervisor = proc::Supervisor::Create(
      SupervisorOptionsFor(options, handler), server->Body(),
      [server = server.get()](const proc::WorkerEvent& event) { server->OnEvent(event); });
  if (!supervisor.ok()) return supervisor.status();
  server->supervisor_ = *std::move(supervisor);
  if (proc::AdoptsOrphans()) {
    // Among them the connections' processes of a worker that was killed, and a successor that has
    // failed.
    server->supervisor_->ReapEverything([](pid_t pid, proc::ExitStatus status) {
      VLOG(1) << "process " << pid << ", no worker, " << status;
    });
  }
  return server;
}

Server::Server(const ServerOptions& options, Inheritance inheritance, Handler& handler,
               log::AccessLog* access_log, std::unique_ptr<ConnectionLimit> limit,
               std::unique_ptr<signals::SelfPipe> self_pipe, proc::Notifier notifier,
               std::optional<UpgradeCommand> upgrade)
    : options_(options),
      listeners_(std::move(inheritance.listeners)),
      predecessor_(std::move(inheritance.predecessor)),
      handler_(handler),
      access_log_(access_log),
      limit_(std::move(limit)),
      self_pipe_(std::move(self_pipe)),
      notices_(std::move(notifier)),
      upgrade_command_(std::move(upgrade)),
      workers_(WorkerCount(options)) {}

proc::Supervisor::WorkerBody Server::Body() {
  return [this](proc::WorkerContext& context) {
    self_pipe_.reset();
    on_ready_ = nullptr;
    successor_.reset();  // in a child that inherited it, that does nothing to the process
    predecessor_.reset();
    return RunWorker(context, options_, handler_, access_log_, *limit_, std::move(listeners_));
  };
}

absl::Status Server::Run(absl::AnyInvocable<void()> on_ready) {
  on_ready_ = std::move(on_ready);
  LOG(INFO) << "process " << ::getpid() << ": " << Summary(options_);
  while (true) {
    HandleSignals(self_pipe_->Drain());
    supervisor_->Advance();
    if (successor_ != nullptr) AdvanceUpgrade();
    if (supervisor_->stopped() && (successor_ == nullptr || !stopping())) break;
    if (on_ready_ && supervisor_->ready() >= workers_) BeReady();
    if (stage_until_.expired()) AdvanceStop();
    notices_.Advance();
    WaitForEvents();
  }
  notices_.Finish();
  return supervisor_->status();
}

void Server::WaitForEvents() {
  poll_entries_.clear();
  poll_entries_.push_back({.fd = self_pipe_->fd(), .events = POLLIN, .revents = 0});
  // Once that is stopped, SIGCHLD tells of its end.
  if (successor_ != nullptr && !stopping()) {
    poll_entries_.push_back({.fd = successor_->fd(), .events = POLLIN, .revents = 0});
  }
  supervisor_->AppendPollEntries(poll_entries_);
  const net::Deadline deadline =
      std::min({supervisor_->NextDeadline(), successor_until_, stage_until_, notices_.deadline()});
  // What became ready is not looked at: every step of the loop finds out without blocking.
  if (::poll(poll_entries_.data(), poll_entries_.size(), deadline.PollTimeout()) < 0 &&
      errno != EINTR) {
    // Not PLOG_EVERY_N_SEC, which looks at the clock before it looks at errno.
    const absl::Status error = net::PosixError(errno, "poll");
    LOG_EVERY_N_SEC(ERROR, 1) << error.message();
    ::poll(nullptr, 0, 100);  // too little memory: it may be better in a moment
  }
}

void Server::HandleSignals(const signals::ReceivedSignals& signals) {
  if (signals.Contains(SIGINT) || signals.Contains(SIGTERM) || signals.Contains(SIGQUIT)) {
    if (signals.Contains(SIGINT) && interrupted_) {
      EndSuccessor();
      return supervisor_->Kill();
    }
    interrupted_ = interrupted_ || signals.Contains(SIGINT);
    Stop();
  }
  if (signals.Contains(SIGUSR1)) ReopenLog();
  if (stopping()) return;  // too late for the rest
  if (signals.Contains(SIGHUP)) Reload();
  if (signals.Contains(SIGUSR2)) Upgrade();
  if (signals.Contains(SIGTTIN)) SetWorkers(workers_ + 1);
  if (signals.Contains(SIGTTOU)) SetWorkers(workers_ - 1);
}

void Server::BeReady() {
  std::exchange(on_ready_, nullptr)();
  if (predecessor_) TakeOver(*predecessor_, listeners_);
  predecessor_.reset();
  notices_.Ready();
  TellServing();
}

void Server::TellServing() {
  if (on_ready_ || stopping()) return;
  notices_.Status(absl::StrCat("serving: model ", ModelName(options_.model), ", ", workers_,
                               workers_ == 1 ? " worker" : " workers"));
}

void Server::OnEvent(const proc::WorkerEvent& event) {
  using Kind = proc::WorkerEvent::Kind;
  switch (event.kind) {
    case Kind::kStarted:
    case Kind::kReady:
      VLOG(1) << event;
      break;
    case Kind::kEnded:
      limit_->LeaveAll(event.worker.slot);
      VLOG(1) << event;
      break;
    case Kind::kFailed:
      limit_->LeaveAll(event.worker.slot);
      LOG(WARNING) << event;
      break;
    case Kind::kRetiring:
      LOG(INFO) << event;
      break;
    case Kind::kRolled:
    case Kind::kRollFailed:
      LOG(INFO) << event;
      notices_.Ready();
      TellServing();
      break;
    case Kind::kGaveUp:
      limit_->Lift();  // nobody comes after those that serve still
      LOG(WARNING) << event;
      break;
    case Kind::kStuck:
      LOG(WARNING) << event;
      // It has not been waited for: the pid is still its own.
      if (options_.stuck_signal != 0) ::kill(event.pid, options_.stuck_signal);
      break;
    default:
      LOG(WARNING) << event;
  }
}

void Server::Reload() {
  notices_.Reloading();
  notices_.Status("replacing the workers");
  ReopenLog();
  LOG(INFO) << "reloading: replacing the workers one by one";
  supervisor_->Roll(Body());
}

void Server::ReopenLog() {
  if (access_log_ == nullptr) return;
  const absl::Status reopened = access_log_->Reopen();
  if (reopened.ok()) {
    LOG(INFO) << "the access log is open anew";
  } else {
    LOG(ERROR) << reopened.message() << "; the old log goes on";
  }
}

void Server::SetWorkers(size_t workers) {
  const size_t most = options_.model == Model::kIterative ? 1 : kMaxWorkers;
  workers_ = std::clamp(workers, size_t{1}, most);
  LOG(INFO) << "workers: " << workers_;
  supervisor_->SetWorkers(workers_);
  TellServing();
}

void Server::Upgrade() {
  if (!upgrade_command_ || successor_ != nullptr) return;
  LOG(INFO) << "upgrading: starting " << upgrade_command_->program;
  absl::StatusOr<std::unique_ptr<Successor>> successor =
      Successor::Start(*upgrade_command_, listeners_);
  if (!successor.ok()) {
    LOG(ERROR) << successor.status().message() << "; this version goes on";
    return;
  }
  successor_ = *std::move(successor);
  successor_until_ = net::Deadline::After(options_.start);
}

void Server::AdvanceUpgrade() {
  if (stopping()) {  // it does not take over any more
    if (successor_->HasEnded() || successor_until_.expired()) EndSuccessor();
    return;
  }
  switch (successor_->Look()) {
    case Successor::State::kStarting:
      if (!successor_until_.expired()) return;
      LOG(ERROR) << "the new version was not ready within " << options_.start
                 << ": it is killed; this version goes on";
      break;
    case Successor::State::kFailed:
      LOG(ERROR) << "the new version has failed to start; this version goes on";
      break;
    case Successor::State::kReady:
      LOG(INFO) << "the new version, process " << successor_->pid() << ", is ready";
      notices_.MainPid(successor_->pid());
      for (net::Listener& listener : listeners_) listener.GiveUpCharge();
      successor_->Release();
      upgraded_ = true;
      Stop();
      break;
  }
  EndSuccessor();
}

// Kills it, unless it was released.
void Server::EndSuccessor() {
  successor_.reset();
  successor_until_ = net::Deadline::Infinite();
}

void Server::Stop() {
  if (stopping()) return;
  LOG(INFO) << "stopping; SIGINT (Ctrl-C) twice does not wait";
  if (!upgraded_) {
    notices_.Stopping();
    notices_.Status("stopping");
  }
  if (!upgraded_ && successor_ != nullptr) {
    // It may have clients already.
    LOG(INFO) << "the new version, process " << successor_->pid() << ", is stopped too";
    successor_->TellToStop();
    successor_until_ =
        net::Deadline::After(options_.lameduck + kHandshakes + options_.drain + options_.kill);
  }
  stage_ = Stage::kLameDuck;
  stage_until_ = net::Deadline::After(upgraded_ ? absl::ZeroDuration() : options_.lameduck);
}

void Server::AdvanceStop() {
  if (stage_ == Stage::kLameDuck && !upgraded_) return TurnAway();
  if (stage_ == Stage::kHandshakes && !handshakes_until_.expired() &&
      std::any_of(listeners_.begin(), listeners_.end(), IsAwaited)) {
    stage_until_ = net::Deadline::After(kLookInterval);
    return;
  }
  Drain();
}

void Server::TurnAway() {
  bool done = false;
  for (net::Listener& listener : listeners_) {
    const absl::Status ignores = listener.IgnoreNewClients();
    VLOG(1) << "leaves new clients of " << listener.local_address() << " unanswered: " << ignores;
    done = done || ignores.ok();
  }
  // Else they come until the end, however late that is, and one that comes in the last moment may
  // be lost.
  if (!done) return Drain();
  stage_ = Stage::kHandshakes;
  stage_until_ = net::Deadline::After(kLookInterval);
  handshakes_until_ = net::Deadline::After(kHandshakes);
}

void Server::Drain() {
  stage_ = Stage::kDraining;
  stage_until_ = net::Deadline::Infinite();
  for (net::Listener& listener : listeners_) listener.Close();
  // The workers take in what is in the queues before they close the last copies, unless a successor
  // has others.
  if (!upgraded_) limit_->Lift();
  supervisor_->Stop();
}

}  // namespace forklift::http::server
