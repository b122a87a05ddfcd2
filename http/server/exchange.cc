#include "forklift/http/server/exchange.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/log/log.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "forklift/http/head_scanner.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request_line.h"
#include "forklift/http/server/answer.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {
namespace {

struct Reply {
  Response response;
  bool head_only = false;
  bool all_input_read = false;  // then a plain close cannot reset the connection
};

Reply Refuse(StatusCode status, std::string_view reason) {
  return {.response = ErrorResponse(status, reason)};
}

// Appends what the peer sends next to `received`, which may grow to `limit` bytes.
net::IoResult ReceiveMore(int connection, std::string& received, size_t limit,
                          net::Deadline deadline) {
  constexpr size_t kLeastRoom = 4096;
  const size_t before = received.size();
  received.resize(std::min(limit, before + std::max(before, kLeastRoom)));
  net::IoResult result =
      net::Receive(connection, absl::MakeSpan(received).subspan(before), deadline);
  received.resize(before + result.bytes);
  return result;
}

// The first line, without its CRLF or bare LF (RFC 9112 section 2.2). A CR anywhere else is left
// in.
std::string_view FirstLine(std::string_view head) {
  std::string_view line = head.substr(0, head.find('\n'));
  absl::ConsumeSuffix(&line, "\r");
  return line;
}

// Whether more may be on its way: rather too often, as it only costs a moment.
bool AnnouncesBody(std::string_view head) {
  return absl::StrContainsIgnoreCase(head, "\ncontent-length:") ||
         absl::StrContainsIgnoreCase(head, "\ntransfer-encoding:");
}

Reply ReplyTo(std::string_view head, bool more_input, const Handler& handler) {
  const auto parsed = ParseRequestLine(FirstLine(head));
  if (const auto* error = std::get_if<ParseError>(&parsed)) {
    return Refuse(error->status, error->reason);
  }
  const auto& line = std::get<RequestLine>(parsed);
  return {.response = handler({.method = line.method, .target = line.target}),
          .head_only = line.method == "HEAD",
          .all_input_read = !more_input && !AnnouncesBody(head)};
}

// What to answer; nothing where there is nobody to answer.
std::optional<Reply> ReceiveAndReply(int connection, const ExchangeLimits& limits,
                                     const Handler& handler) {
  const net::Deadline deadline = net::Deadline::After(limits.header_timeout);
  HeadScanner scanner(limits.header_bytes);
  std::string received;
  while (true) {
    const net::IoResult got = ReceiveMore(connection, received, limits.header_bytes, deadline);
    const bool silent = received.empty();
    switch (got.outcome) {
      case net::IoOutcome::kOk:
        break;
      case net::IoOutcome::kNotReady:  // only where nobody waits
      case net::IoOutcome::kTimedOut:
        if (silent) return std::nullopt;
        return Refuse(StatusCode::kRequestTimeout, "the request did not arrive in time");
      case net::IoOutcome::kEnd:
        if (silent) return std::nullopt;
        return Refuse(StatusCode::kBadRequest, "the request ends in the middle of its head");
      case net::IoOutcome::kPeerGone:
        return std::nullopt;
      case net::IoOutcome::kFailed:
        LOG(ERROR) << got.error;
        return std::nullopt;
    }
    switch (scanner.Scan(received)) {
      case HeadScanner::State::kIncomplete:
        break;
      case HeadScanner::State::kComplete: {
        const std::string_view head(received.data() + scanner.head_begin(),
                                    scanner.head_end() - scanner.head_begin());
        return ReplyTo(head, received.size() > scanner.head_end(), handler);
      }
      case HeadScanner::State::kTooLarge:
        return Refuse(StatusCode::kRequestHeaderFieldsTooLarge, "the request's head is too large");
      case HeadScanner::State::kMalformed:
        return Refuse(StatusCode::kBadRequest, "too many empty lines before the request");
    }
  }
}

}  // namespace

void ServeExchange(net::UniqueFd connection, const ExchangeLimits& limits, const Handler& handler) {
  const std::optional<Reply> reply = ReceiveAndReply(connection.get(), limits, handler);
  if (!reply) return;
  const net::IoResult sent = SendAnswer(connection.get(), reply->response, reply->head_only,
                                        net::Deadline::After(limits.write_timeout));
  if (sent.outcome == net::IoOutcome::kFailed) LOG(ERROR) << sent.error;
  if (sent.outcome == net::IoOutcome::kOk && !reply->all_input_read) {
    net::LingerAndClose(std::move(connection), limits.linger);
  }
}

}  // namespace forklift::http::server
