#include "forklift/http/server/admission.h"

#include "absl/log/log.h"
#include "forklift/http/server/client_limit.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

bool Admission::Enter(const net::Address& client) {
  if (!share_.Enter()) {
    LOG_EVERY_N_SEC(WARNING, 1) << "all " << share_.most()
                                << " connections are in use; answering 503";
    return false;
  }
  if (client_limit_.Enter(client)) return true;
  share_.Leave();
  LOG_EVERY_N_SEC(WARNING, 1) << client << " has as many connections as it may; answering 503";
  return false;
}

void Admission::Leave(ClientKey client) {
  share_.Leave();
  client_limit_.Leave(client);
}

}  // namespace forklift::http::server
