#include "forklift/http/server/worker.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/limits.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/fork_model.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/iterative_model.h"
#include "forklift/http/server/loop_acceptor.h"
#include "forklift/http/server/loop_model.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/listener.h"
#include "forklift/net/poller.h"
#include "forklift/proc/worker_context.h"

namespace forklift::http::server {
namespace {

// Taken from the queue at a time, so that workers that share it get their share.
int BatchOf(Model model) { return model == Model::kEvent || model == Model::kThread ? 16 : 4; }

// What the kernel may have in a listener's queue: not all sockets have the backlog of the options,
// but that of whoever made them.
size_t MostInQueue(const net::ListenerOptions& options) {
  size_t system_limit = 0;
  std::ifstream("/proc/sys/net/core/somaxconn") >> system_limit;
  return std::max(system_limit, static_cast<size_t>(options.backlog)) + 1;
}

// Without time for a next request, a client is told that there is none.
Limits LimitsOf(const ServerOptions& options) {
  Limits limits = options.limits;
  if (options.timeouts.keep_alive <= absl::ZeroDuration()) limits.requests = 1;
  return limits;
}

class Worker {
 public:
  Worker(proc::WorkerContext& context, const ServerOptions& options, Handler& handler,
         log::AccessLog* access_log, ConnectionLimit& limit)
      : context_(context),
        options_(options),
        limit_(limit),
        exchange_context_{.limits = LimitsOf(options),
                          .handler = &handler,
                          .clock = &clock_,
                          .access_log = access_log,
                          .timeouts = options.timeouts} {}

  absl::Status Start(std::vector<net::Listener> listeners);
  absl::Status Run();

 private:
  absl::StatusOr<std::unique_ptr<ServingModel>> CreateModel();
  absl::Status Accept(net::Listener listener);
  absl::Status WatchStop();
  void CloseInChild();
  void OnChange();
  void Beat();
  void Stop();

  proc::WorkerContext& context_;
  const ServerOptions& options_;
  ConnectionLimit& limit_;
  WorkerClock clock_;
  ExchangeContext exchange_context_;
  uint64_t retire_at_ = UINT64_MAX;  // requests
  bool retired_ = false;
  bool stopping_ = false;

  std::unique_ptr<net::EventLoop> loop_;
  net::Registration stop_registration_;
  std::unique_ptr<ServingModel> model_;
  std::vector<std::unique_ptr<LoopAcceptor>> acceptors_;
};

absl::Status Worker::Start(std::vector<net::Listener> listeners) {
  absl::StatusOr<std::unique_ptr<net::EventLoop>> loop = net::EventLoop::Create();
  if (!loop.ok()) return loop.status();
  loop_ = *std::move(loop);
  absl::StatusOr<std::unique_ptr<ServingModel>> model = CreateModel();
  if (!model.ok()) return model.status();
  model_ = *std::move(model);
  absl::Status status = WatchStop();
  for (net::Listener& listener : listeners) {
    if (status.ok()) status.Update(Accept(std::move(listener)));
  }
  if (options_.max_requests > 0) {
    absl::BitGen random;
    const auto more =
        absl::Uniform<uint64_t>(absl::IntervalClosed, random, 0, options_.max_requests_jitter);
    retire_at_ = options_.max_requests + std::min(more, UINT64_MAX - options_.max_requests);
  }
  return status;
}

absl::StatusOr<std::unique_ptr<ServingModel>> Worker::CreateModel() {
  const ModelSetup setup = {.options = options_,
                            .share = ConnectionShare(limit_, context_.slot()),
                            .context = exchange_context_,
                            .clock = clock_,
                            .loop = *loop_,
                            .stop_fd = context_.stop_fd(),
                            .beat_interval = context_.beat_interval(),
                            .alive = [this] { context_.Beat(); },
                            .on_change = [this] { OnChange(); }};
  switch (options_.model) {
    case Model::kIterative:
      return std::make_unique<IterativeModel>(setup);
    case Model::kFork:
      return ForkModel::Create(setup, [this] { CloseInChild(); });
    case Model::kPrefork:
    case Model::kThread:
    case Model::kEvent:
      break;
  }
  return LoopModel::Create(setup);
}

// No more than descriptors: each page that a child touches is one to copy.
void Worker::CloseInChild() {
  for (const auto& acceptor : acceptors_) acceptor->CloseInChild();
}

absl::Status Worker::WatchStop() {
  absl::StatusOr<net::Registration> registration =
      loop_->Watch(context_.stop_fd(), net::Interest::kRead, [this](net::Readiness) { Stop(); },
                   {.urgent = true});
  if (!registration.ok()) return registration.status();
  stop_registration_ = *std::move(registration);
  return absl::OkStatus();
}

absl::Status Worker::Accept(net::Listener listener) {
  // Of several workers, which there may be later too, one is woken for a connection.
  const bool is_alone = options_.model == Model::kIterative;
  const net::Wakes wakes = is_alone ? net::Wakes::kAll : net::Wakes::kOne;
  absl::StatusOr<std::unique_ptr<LoopAcceptor>> acceptor = LoopAcceptor::Create(
      *loop_, std::move(listener), BatchOf(options_.model), wakes,
      [this](net::Accepted accepted) { return model_->Serve(std::move(accepted)); });
  if (!acceptor.ok()) return acceptor.status();
  acceptors_.push_back(*std::move(acceptor));
  return absl::OkStatus();
}

void Worker::OnChange() {
  if (model_ == nullptr) return;
  for (const auto& acceptor : acceptors_) acceptor->SetAccepting(!model_->busy());
  if (stopping_ && model_->idle()) loop_->Stop();
  if (!retired_ && model_->requests() >= retire_at_) {
    retired_ = true;
    LOG(INFO) << "retiring after " << model_->requests() << " requests";
    context_.Retire();
  }
}

absl::Status Worker::Run() {
  context_.Ready();
  Beat();
  absl::Status status = loop_->Run();
  // Without a listener it is of no use; the supervisor starts another, or ends it all.
  for (const auto& acceptor : acceptors_) status.Update(acceptor->status());
  return status;
}

void Worker::Beat() {
  if (context_.beat_interval() == absl::InfiniteDuration()) return;
  context_.Beat();
  // The other threads still finish what they have.
  if (model_->stuck() && !std::exchange(retired_, true)) {
    LOG(ERROR) << "a handler has been running for more than " << options_.timeouts.request
               << "; this worker is to be replaced";
    if (options_.stuck_signal != 0) ::kill(::getpid(), options_.stuck_signal);
    context_.Retire();
  }
  if (exchange_context_.access_log != nullptr) exchange_context_.access_log->FollowReopen();
  loop_->timers().Add(net::Deadline::After(context_.beat_interval()), [this] { Beat(); });
}

void Worker::Stop() {
  stop_registration_.Cancel();
  const net::Deadline drained_at = net::Deadline::After(options_.drain);
  // First, so that clients who come out of the queue hear that their first response is the last.
  model_->Finish();
  // At the server's end nobody else takes in what is in the queue. Otherwise the supervisor has the
  // listener: what is left there is for the other workers, which have more time for it.
  const bool is_the_end = limit_.lifted() || context_.ParentDied();
  for (const auto& acceptor : acceptors_) {
    if (is_the_end) {
      acceptor->Drain(MostInQueue(options_.listener), drained_at);
    } else {
      acceptor->Leave();
    }
  }
  stopping_ = true;  // not before: between two of them the model may have nothing to do
  loop_->timers().Add(drained_at, [this] {
    model_->Kill();
    OnChange();
  });
  OnChange();
}

}  // namespace

int RunWorker(proc::WorkerContext& context, const ServerOptions& options, Handler& handler,
              log::AccessLog* access_log, ConnectionLimit& limit,
              std::vector<net::Listener> listeners) {
  const absl::Status application = handler.Start();
  if (!application.ok()) {
    LOG(ERROR) << "the application does not start: " << application.message();
    return kApplicationFailed;
  }
  absl::Status status;
  {
    Worker worker(context, options, handler, access_log, limit);
    status = worker.Start(std::move(listeners));
    if (status.ok()) status = worker.Run();
    // Its end waits for handlers that still run in threads.
  }
  handler.Stop();
  if (status.ok()) return 0;
  LOG(ERROR) << status.message();
  return kWorkerFailed;
}

}  // namespace forklift::http::server
