#include "forklift/http/server/iterative_model.h"

#include <utility>

#include "forklift/http/server/serve_connection.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"

namespace forklift::http::server {

IterativeModel::IterativeModel(const ModelSetup& setup) : setup_(setup), exchange_(setup.context) {}

AfterServe IterativeModel::Serve(net::Accepted accepted) {
  setup_.clock.Refresh();
  ServeConnection(std::move(accepted.connection), PeerOf(accepted), exchange_, setup_.clock,
                  {.timeouts = setup_.options.timeouts,
                   .stop_fd = setup_.stop_fd,
                   .others_wait = true,
                   .beat_interval = setup_.beat_interval},
                  setup_.alive);
  requests_ += exchange_.requests();
  setup_.on_change();
  return AfterServe::kNext;
}

}  // namespace forklift::http::server
