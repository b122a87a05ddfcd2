// ForkModel forks a child for each connection, as the article's concurrent server does, and reaps
// it.
//
// The worker never reads a request and never waits for a client. A child ends when its connection
// does, and hears of a stop by the worker's stop_fd, not by signals: Ctrl-C reaches it too. It is
// killed where its handler takes too long (by SIGALRM), and when the worker dies. Where no process
// is to be had, the client is told 503.
#ifndef FORKLIFT_HTTP_SERVER_FORK_MODEL_H_
#define FORKLIFT_HTTP_SERVER_FORK_MODEL_H_

#include <stdint.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/http/server/admission.h"
#include "forklift/http/server/client_limit.h"
#include "forklift/http/server/connections.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/event_loop.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/signal_fd.h"

namespace forklift::http::server {

class ForkModel final : public ServingModel {
 public:
  // Catches SIGCHLD. `in_child` is called in each child, to close what is the worker's. Errors of
  // SignalFd::Create and EventLoop::Watch.
  static absl::StatusOr<std::unique_ptr<ForkModel>> Create(const ModelSetup& setup,
                                                           std::function<void()> in_child);

  AfterServe Serve(net::Accepted accepted) override;
  void Finish() override { refused_->Finish(); }
  void Kill() override;
  bool idle() const override { return reaper_.size() == 0 && refused_->size() == 0; }
  // Connections, each of which counts as one.
  uint64_t requests() const override { return children_; }

 private:
  ForkModel(const ModelSetup& setup, std::function<void()> in_child,
            std::unique_ptr<signals::SignalFd> child_signal);

  int ServeInChild(net::Accepted accepted);
  void Adopt(pid_t child, ClientKey client);
  void Refuse(net::Accepted accepted);

  const ModelSetup setup_;
  const pid_t worker_pid_;
  const std::function<void()> in_child_;
  std::unique_ptr<signals::SignalFd> child_signal_;
  net::Registration reaping_;
  const proc::Forker forker_;
  proc::Reaper reaper_;
  Admission admission_;
  std::unique_ptr<Connections> refused_;
  Exchange exchange_;  // the children's, each of which has its copy
  uint64_t children_ = 0;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_FORK_MODEL_H_
