// ServeExchange answers the one request of a connection and closes it: what a child of the
// concurrent server does.
//
// Owns the connection from the call on. Blocks, but, its handler aside, never longer than its
// timeouts together; so it is for processes (or threads) that serve one connection each. Safe
// across fork. Whatever the peer does, a silent or slow one too, ends here: in an answer or a
// close.
#ifndef FORKLIFT_HTTP_SERVER_EXCHANGE_H_
#define FORKLIFT_HTTP_SERVER_EXCHANGE_H_

#include <stddef.h>

#include "absl/time/time.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {

struct ExchangeLimits {
  absl::Duration header_timeout = absl::Seconds(10);  // for the whole head, from the start
  absl::Duration write_timeout = absl::Seconds(30);   // for the whole response
  net::LingerLimits linger = {};                      // for input that nobody reads
  size_t header_bytes = 64 * 1024;
};

// Receives a request's head, lets `handler` answer it, sends the answer with Content-Length, Date
// and Connection: close, and closes. A bad request is answered 400, 431 or 505, one that does not
// arrive in time 408; CONNECT, which is for proxies, 501; a peer that sends nothing at all gets no
// answer. The answer reaches a peer that is still sending its body: that is dropped for a while
// before the close, which would reset the connection. (A second request that was sent without
// waiting is dropped too, or resets what it arrives on.)
void ServeExchange(net::UniqueFd connection, const ExchangeLimits& limits, const Handler& handler);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_EXCHANGE_H_
