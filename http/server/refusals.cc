#include "forklift/http/server/refusals.h"

#include <poll.h>

#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/time/time.h"
#include "forklift/http/server/answer.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::server {

namespace {

constexpr net::LingerLimits kLinger = {.timeout = absl::Seconds(1), .bytes = 64 * 1024};

}  // namespace

bool Refusals::Answer(const net::UniqueFd& connection) {
  ServerConnection protocol;
  protocol.Refuse({StatusCode::kServiceUnavailable, 0, "RFC 9110 section 15.6.4",
                   "the server is busy; try again"});
  // A fresh connection's send buffer is empty, so this small answer fits without waiting.
  const net::IoResult sent = SendAnswer(
      connection.get(), protocol, ErrorResponse(protocol.error().status, protocol.error().reason),
      net::Deadline::After(absl::ZeroDuration()));
  if (sent.outcome == net::IoOutcome::kFailed) LOG_EVERY_N_SEC(ERROR, 1) << sent.error;
  return sent.outcome == net::IoOutcome::kOk;
}

void Refusals::Add(net::UniqueFd connection) {
  if (!Answer(connection)) return;
  if (closing_.size() == kMax) closing_.pop_front();
  closing_.emplace_back(std::move(connection), kLinger);
}

void Refusals::RefuseAtOnce(net::UniqueFd connection) {
  if (Answer(connection)) net::LingeringClose(std::move(connection), kLinger).Advance();
}

void Refusals::AppendPollEntries(std::vector<pollfd>& entries) const {
  for (const net::LingeringClose& closing : closing_) {
    entries.push_back({.fd = closing.fd(), .events = POLLIN, .revents = 0});
  }
}

net::Deadline Refusals::NextDeadline() const {
  return closing_.empty() ? net::Deadline::Infinite() : closing_.front().deadline();
}

void Refusals::Advance() {
  for (auto closing = closing_.begin(); closing != closing_.end();) {
    closing = closing->Advance() ? closing_.erase(closing) : closing + 1;
  }
}

}  // namespace forklift::http::server
