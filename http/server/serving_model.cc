#include "forklift/http/server/serving_model.h"

#include <sys/socket.h>

#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

net::Address PeerOf(const net::Accepted& accepted) {
  if (accepted.peer) return *accepted.peer;
  const sockaddr unnamed = {.sa_family = AF_UNIX, .sa_data = {}};
  return *net::Address::FromNative(&unnamed, sizeof(unnamed.sa_family));
}

}  // namespace forklift::http::server
