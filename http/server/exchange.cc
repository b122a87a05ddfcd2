#include "forklift/http/server/exchange.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/log/log.h"
#include "absl/types/span.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/request.h"
#include "forklift/http/server/answer.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {
namespace {

using Event = ServerConnection::Event;

Limits ConnectionLimits(const ExchangeLimits& limits) {
  Limits of_connection;
  of_connection.head = limits.header_bytes;
  of_connection.body = std::numeric_limits<uint64_t>::max();  // nobody reads it
  return of_connection;
}

// Appends what the peer sends next to `received`. How large that gets is up to the protocol: it
// refuses a head that exceeds its limit.
net::IoResult ReceiveMore(int connection, std::string& received, net::Deadline deadline) {
  constexpr size_t kLeastRoom = 4096;
  const size_t before = received.size();
  received.resize(before + std::max(before, kLeastRoom));
  net::IoResult result =
      net::Receive(connection, absl::MakeSpan(received).subspan(before), deadline);
  received.resize(before + result.bytes);
  return result;
}

// Receives until there is a request or something else to answer; kClose where nobody waits for it.
Event ReceiveHead(int connection, const ExchangeLimits& limits, ServerConnection& protocol,
                  std::string& received) {
  const net::Deadline deadline = net::Deadline::After(limits.header_timeout);
  while (true) {
    const Event event = protocol.Next(received).event;
    if (event != Event::kNeedInput) return event;
    net::IoResult got = ReceiveMore(connection, received, deadline);
    switch (got.outcome) {
      case net::IoOutcome::kOk:
        break;
      case net::IoOutcome::kNotReady:  // only where nobody waits
      case net::IoOutcome::kTimedOut:
        if (received.empty()) return Event::kClose;
        protocol.Refuse({StatusCode::kRequestTimeout, received.size(), "RFC 9110 section 15.5.9",
                         "the request did not arrive in time"});
        break;
      case net::IoOutcome::kEnd:
        protocol.EndOfInput();
        break;
      case net::IoOutcome::kPeerGone:
        return Event::kClose;
      case net::IoOutcome::kFailed:
        LOG(ERROR) << got.error;
        return Event::kClose;
    }
  }
}

Response ResponseTo(const http::Request& request, const Handler& handler) {
  if (request.method == Method::kConnect) {  // a handler's 200 would open a tunnel to nowhere
    return ErrorResponse(StatusCode::kNotImplemented, "this server is no proxy");
  }
  return handler({.method = request.head.method, .target = request.head.target});
}

}  // namespace

void ServeExchange(net::UniqueFd connection, const ExchangeLimits& limits, const Handler& handler) {
  ServerConnection protocol(ConnectionLimits(limits));
  protocol.CloseAfterResponse();
  std::string received;
  const Event event = ReceiveHead(connection.get(), limits, protocol, received);
  if (event == Event::kClose) return;
  const http::Request& request = protocol.request();
  const Response response = event == Event::kRequest
                                ? ResponseTo(request, handler)
                                : ErrorResponse(protocol.error().status, protocol.error().reason);
  // Then a plain close cannot reset the connection.
  const bool all_input_read = event == Event::kRequest &&
                              request.body.kind == BodyFraming::Kind::kNone &&
                              received.size() == request.head.size;
  const net::IoResult sent =
      SendAnswer(connection.get(), protocol, response, net::Deadline::After(limits.write_timeout));
  if (sent.outcome == net::IoOutcome::kFailed) LOG(ERROR) << sent.error;
  if (sent.outcome == net::IoOutcome::kOk && !all_input_read) {
    net::LingerAndClose(std::move(connection), limits.linger);
  }
}

}  // namespace forklift::http::server
