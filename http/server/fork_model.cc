#include "forklift/http/server/fork_model.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/client_limit.h"
#include "forklift/http/server/connections.h"
#include "forklift/http/server/ignored_signals.h"
#include "forklift/http/server/serve_connection.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/poller.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/huge_text.h"
#include "forklift/proc/parent_death.h"
#include "forklift/signals/signal_fd.h"

namespace forklift::http::server {

absl::StatusOr<std::unique_ptr<ForkModel>> ForkModel::Create(const ModelSetup& setup,
                                                             std::function<void()> in_child) {
  absl::StatusOr<std::unique_ptr<signals::SignalFd>> child_signal =
      signals::SignalFd::Create({SIGCHLD});
  if (!child_signal.ok()) return child_signal.status();
  // Each child runs through much of it.
  const absl::Status moved = proc::MoveTextToHugePages();
  if (!moved.ok()) VLOG(1) << "forks cost more than they might: " << moved.message();
  auto model =
      absl::WrapUnique(new ForkModel(setup, std::move(in_child), *std::move(child_signal)));
  absl::StatusOr<net::Registration> reaping =
      setup.loop.Watch(model->child_signal_->fd(), net::Interest::kRead,
                       [model = model.get()](net::Readiness) {
                         if (model->child_signal_->Drain().empty() || model->reaper_.ReapAll() == 0)
                           return;
                         model->setup_.on_change();
                       },
                       {.urgent = true});
  if (!reaping.ok()) return reaping.status();
  model->reaping_ = *std::move(reaping);
  return model;
}

ForkModel::ForkModel(const ModelSetup& setup, std::function<void()> in_child,
                     std::unique_ptr<signals::SignalFd> child_signal)
    : setup_(setup),
      worker_pid_(::getpid()),
      in_child_(std::move(in_child)),
      child_signal_(std::move(child_signal)),
      forker_(IgnoredBelowTheParent()),
      admission_(setup.share, setup.options.max_connections_per_client),
      refused_(std::make_unique<Connections>(setup.loop, setup.context, setup.clock,
                                             ConnectionsOptions{.timeouts = setup.options.timeouts},
                                             setup.on_change)),
      exchange_(setup.context) {
  exchange_.Reserve();
}

AfterServe ForkModel::Serve(net::Accepted accepted) {
  setup_.clock.Refresh();
  // Many end while a long queue is taken in, before the loop hears of it.
  if (admission_.full()) reaper_.ReapAll();
  if (!admission_.Enter(PeerOf(accepted))) {
    Refuse(std::move(accepted));
    // Children that have ended make room before the next client is refused.
    return AfterServe::kYield;
  }
  // Once here, rather than in each child.
  if (setup_.context.access_log != nullptr) setup_.context.access_log->FollowReopen();
  setup_.context.handler->BeforeFork();
  const absl::StatusOr<pid_t> child = forker_.Fork([&] {
    proc::EndWithParent(worker_pid_, absl::ZeroDuration());
    setup_.context.handler->AfterForkInChild();
    return ServeInChild(std::move(accepted));
  });
  setup_.context.handler->AfterForkInParent();
  if (!child.ok()) {
    LOG_EVERY_N_SEC(WARNING, 1) << child.status().message() << "; answering 503";
    admission_.Leave(PeerOf(accepted));
    Refuse(std::move(accepted));
    return AfterServe::kPause;
  }
  ++children_;
  Adopt(*child, PeerOf(accepted));
  return AfterServe::kNext;
  // The worker's copy of the connection is closed here; the child's is the last.
}

void ForkModel::Adopt(pid_t child, ClientKey client) {
  // What it keeps has room in the callback itself: else each connection would take memory, and
  // write to more pages that the next child then has to copy.
  reaper_.Adopt(child, [this, client](pid_t pid, proc::ExitStatus status) {
    if (!status.success()) LOG_EVERY_N_SEC(WARNING, 1) << "child " << pid << " " << status;
    admission_.Leave(client);
  });
}

int ForkModel::ServeInChild(net::Accepted accepted) {
  in_child_();
  ::close(child_signal_->fd());
  if (refused_->size() > 0) refused_.reset();
  ServeConnection(
      std::move(accepted.connection), PeerOf(accepted), exchange_, setup_.clock,
      {.timeouts = setup_.options.timeouts, .stop_fd = setup_.stop_fd, .kill_slow_handler = true},
      [] {});
  setup_.context.handler->Stop();
  return 0;
}

void ForkModel::Refuse(net::Accepted accepted) {
  if (accepted.on_reserve) {
    Connections::RefuseAtOnce(setup_.context, std::move(accepted.connection), PeerOf(accepted));
  } else {
    refused_->Refuse(std::move(accepted.connection), PeerOf(accepted));
  }
}

void ForkModel::Kill() {
  if (reaper_.size() > 0) {
    LOG(WARNING) << "killing " << reaper_.size() << " connections that have not finished";
  }
  reaper_.SignalAll(SIGKILL);
  refused_->Close();
}

}  // namespace forklift::http::server
