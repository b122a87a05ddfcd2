#include "forklift/http/server/loop_model.h"

#include <stddef.h>

#include <memory>
#include <utility>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "forklift/http/server/connections.h"
#include "forklift/http/server/handler_pool.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"

namespace forklift::http::server {

absl::StatusOr<std::unique_ptr<LoopModel>> LoopModel::Create(const ModelSetup& setup) {
  auto model = absl::WrapUnique(new LoopModel(setup));
  if (setup.options.model != Model::kThread) return model;
  absl::StatusOr<std::unique_ptr<HandlerPool>> pool =
      HandlerPool::Create(setup.options.threads, setup.options.timeouts.request);
  if (!pool.ok()) return pool.status();
  model->pool_ = *std::move(pool);
  model->connections_.WorkIn(*model->pool_);
  return model;
}

LoopModel::LoopModel(const ModelSetup& setup)
    : setup_(setup),
      connections_(setup.loop, setup.context, setup.clock,
                   {.timeouts = setup.options.timeouts,
                    .share = setup.share,
                    .max_connections_per_client = setup.options.max_connections_per_client,
                    .alive = setup.alive},
                   setup.on_change) {}

AfterServe LoopModel::Serve(net::Accepted accepted) {
  if (accepted.on_reserve) {
    Connections::RefuseAtOnce(setup_.context, std::move(accepted.connection), PeerOf(accepted));
    return AfterServe::kNext;
  }
  const size_t before = connections_.size();
  connections_.Add(std::move(accepted.connection), PeerOf(accepted));
  const bool stays = connections_.size() > before;
  if (stays && WorkerCount(setup_.options) > 1 && ++stayed_ % Turn() == 0) {
    return AfterServe::kEndTurn;
  }
  // The other workers get a chance.
  return setup_.options.model == Model::kPrefork || busy() ? AfterServe::kYield : AfterServe::kNext;
}

void LoopModel::Kill() {
  if (connections_.size() > 0) {
    LOG(WARNING) << "closing " << connections_.size() << " connections that have not finished";
  }
  connections_.Close();
}

}  // namespace forklift::http::server
