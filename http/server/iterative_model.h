// IterativeModel serves one connection after the other, as the article's first server does: who
// comes meanwhile waits in the listener's queue.
#ifndef FORKLIFT_HTTP_SERVER_ITERATIVE_MODEL_H_
#define FORKLIFT_HTTP_SERVER_ITERATIVE_MODEL_H_

#include <stdint.h>

#include "forklift/http/server/admission.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"

namespace forklift::http::server {

class IterativeModel final : public ServingModel {
 public:
  explicit IterativeModel(const ModelSetup& setup);

  AfterServe Serve(net::Accepted accepted) override;
  void Finish() override {}
  void Kill() override {}
  bool idle() const override { return true; }
  uint64_t requests() const override { return requests_; }

 private:
  const ModelSetup setup_;
  Admission admission_;
  Exchange exchange_;
  uint64_t requests_ = 0;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_ITERATIVE_MODEL_H_
