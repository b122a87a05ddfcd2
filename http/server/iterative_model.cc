#include "forklift/http/server/iterative_model.h"

#include <utility>

#include "forklift/http/server/connections.h"
#include "forklift/http/server/serve_connection.h"
#include "forklift/http/server/serving_model.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

IterativeModel::IterativeModel(const ModelSetup& setup)
    : setup_(setup),
      admission_(setup.share, setup.options.max_connections_per_client),
      exchange_(setup.context) {}

AfterServe IterativeModel::Serve(net::Accepted accepted) {
  setup_.clock.Refresh();
  const net::Address client = PeerOf(accepted);
  if (!admission_.Enter(client)) {
    Connections::RefuseAtOnce(setup_.context, std::move(accepted.connection), client);
    return AfterServe::kYield;
  }
  ServeConnection(std::move(accepted.connection), client, exchange_, setup_.clock,
                  {.timeouts = setup_.options.timeouts,
                   .stop_fd = setup_.stop_fd,
                   .others_wait = true,
                   .beat_interval = setup_.beat_interval},
                  setup_.alive);
  admission_.Leave(client);
  requests_ += exchange_.requests();
  setup_.on_change();
  return AfterServe::kNext;
}

}  // namespace forklift::http::server
