// Admission decides who is served: the limits on connections that a worker keeps, and the line in
// the log where one of them keeps a client out.
//
// Never blocks. One object, one thread.
#ifndef FORKLIFT_HTTP_SERVER_ADMISSION_H_
#define FORKLIFT_HTTP_SERVER_ADMISSION_H_

#include <stddef.h>

#include "forklift/http/server/client_limit.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

class Admission {
 public:
  // `most_per_client` as ClientLimit takes it.
  Admission(ConnectionShare share, size_t most_per_client)
      : share_(share), client_limit_(most_per_client) {}

  // Counts a connection of `client`; false, and it is not counted, where a limit is reached.
  bool Enter(const net::Address& client);

  // Whether nobody may, for now.
  bool full() const { return share_.full(); }

  // One that has entered is over.
  void Leave(ClientKey client);

 private:
  ConnectionShare share_;
  ClientLimit client_limit_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_ADMISSION_H_
