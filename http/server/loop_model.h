// LoopModel serves all connections of a worker by its event loop: the prefork and event models,
// with handlers in the loop's thread, and the thread model, with a pool of threads for them.
//
// A connection whose client is silent or slow holds nobody up. A handler in the loop's thread holds
// up the worker's other connections: in the prefork model it may, as new clients come to the other
// workers; in the event model it must not block.
#ifndef FORKLIFT_HTTP_SERVER_LOOP_MODEL_H_
#define FORKLIFT_HTTP_SERVER_LOOP_MODEL_H_

#include <stddef.h>
#include <stdint.h>

#include <memory>

#include "absl/status/statusor.h"
#include "forklift/http/server/connections.h"
#include "forklift/http/server/handler_pool.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"

namespace forklift::http::server {

class LoopModel final : public ServingModel {
 public:
  // Starts the threads, where the model has them; errors of HandlerPool::Create.
  static absl::StatusOr<std::unique_ptr<LoopModel>> Create(const ModelSetup& setup);

  AfterServe Serve(net::Accepted accepted) override;
  void Finish() override { connections_.Finish(); }
  void Kill() override;
  bool idle() const override { return connections_.size() == 0; }
  uint64_t requests() const override { return connections_.requests(); }
  bool busy() const override {
    return pool_ != nullptr && connections_.working() >= setup_.options.threads;
  }
  bool stuck() const override { return pool_ != nullptr && pool_->IsStuck(); }

 private:
  explicit LoopModel(const ModelSetup& setup);

  // How many connections a worker takes before it is another's turn: it keeps them, and their
  // requests wait for each other where handlers may block.
  size_t Turn() const { return setup_.options.model == Model::kEvent ? 8 : 1; }

  const ModelSetup setup_;
  size_t stayed_ = 0;  // connections that did not end with their first request
  Connections connections_;
  std::unique_ptr<HandlerPool> pool_;  // ends first: its threads have exchanges of connections_
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_LOOP_MODEL_H_
