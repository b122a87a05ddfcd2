// Timeouts bounds how long a client may keep a server waiting: the same in every concurrency model.
#ifndef FORKLIFT_HTTP_SERVER_TIMEOUTS_H_
#define FORKLIFT_HTTP_SERVER_TIMEOUTS_H_

#include "absl/time/time.h"
#include "forklift/net/lingering_close.h"

namespace forklift::http::server {

struct Timeouts {
  absl::Duration header = absl::Seconds(10);      // for a whole head, from its first byte
  absl::Duration body = absl::Seconds(30);        // for the next bytes of a body
  absl::Duration write = absl::Seconds(30);       // for the client to take more of a response
  absl::Duration keep_alive = absl::Seconds(15);  // for the next request
  absl::Duration request = absl::Seconds(30);     // for the handler
  // Bytes a second that a body and a response must move on average, once the first `body` or
  // `write` of it is over, so that a byte now and then does not keep a connection for ever; 0 asks
  // for nothing.
  double min_rate = 500;
  // For a client to see an answer that it did not wait for.
  net::LingerLimits linger = {};
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_TIMEOUTS_H_
