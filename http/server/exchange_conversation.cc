// What a handler does with its client while it runs, and what comes of it: the part of Exchange
// that may wait.
#include <stdint.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/http/server/call_handler.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/refusals.h"
#include "forklift/http/server/response_sender.h"
#include "forklift/http/server/transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/http/server_connection.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"

namespace forklift::http::server {

using Event = ServerConnection::Event;

std::optional<std::string_view> Exchange::HandlerConversation::ReadBody() {
  ServerConnection& protocol = exchange_.protocol_;
  while (state_ != State::kClientGone && !body_failed_) {
    if (protocol.phase() == ServerConnection::Phase::kResponse) return std::string_view();  // whole
    const ServerConnection::Step step = protocol.Next(exchange_.input_.unread());
    exchange_.input_.Consume(step.consumed);
    switch (step.event) {
      case Event::kBody:
        return step.data;
      case Event::kRequestEnd:
        exchange_.more_may_come_ = false;
        return std::string_view();
      case Event::kNeedInput:
        if (!ReceiveMore()) return std::nullopt;
        break;
      default:
        body_failed_ = true;
    }
  }
  return std::nullopt;
}

bool Exchange::HandlerConversation::ReceiveMore() {
  exchange_.sender_.Add(exchange_.protocol_.ContinueIfExpected());
  if (!SendPending()) return false;
  exchange_.input_.KeepHead();
  while (true) {
    const net::IoResult got = exchange_.input_.Receive(*exchange_.transport_);
    switch (got.outcome) {
      case net::IoOutcome::kOk:
        exchange_.received_ += got.bytes;
        alive_();
        return true;
      case net::IoOutcome::kNotReady:
        if (WaitFor(Transport::For::kReceive, exchange_.context_.timeouts.body,
                    exchange_.received_)) {
          break;
        }
        exchange_.protocol_.Refuse(kTooSlow);
        return true;  // to the error
      case net::IoOutcome::kEnd:
        exchange_.protocol_.EndOfInput();
        exchange_.input_ended_ = true;
        return true;
      default:
        return LoseClient();
    }
  }
}

bool Exchange::HandlerConversation::BeginResponse(std::optional<uint64_t> size) {
  if (state_ == State::kClientGone) return true;
  CHECK(state_ == State::kNotBegun) << "Conversation::BeginResponse: it was called before";
  exchange_.response_.content = Written{.size = size};
  const WorkerClock clock;  // the worker's is its loop's, which may be in another thread
  if (!exchange_.BeginResponse(clock.date())) {
    exchange_.response_.content = std::string();
    return false;
  }
  state_ = State::kBegun;
  return true;
}

bool Exchange::HandlerConversation::Write(std::string_view piece) {
  if (state_ == State::kClientGone || state_ == State::kBrokenOff) return false;
  CHECK(state_ == State::kBegun) << "Conversation::Write: no response has begun";
  if (piece.empty()) return true;  // it would be the end of a chunked content
  exchange_.sender_.Write(exchange_.protocol_, piece);
  const bool goes_on = SendPending();
  alive_();
  return goes_on;
}

bool Exchange::HandlerConversation::SendPending() {
  ResponseSender& sender = exchange_.sender_;
  while (sender.pending() > 0) {
    switch (sender.Advance(*exchange_.transport_)) {
      case ResponseSender::State::kBlocked:
        if (state_ == State::kBegun && sender.Keep()) return true;
        if (!WaitFor(Transport::For::kSend, exchange_.context_.timeouts.write, sender.sent())) {
          return LoseClient();
        }
        break;
      case ResponseSender::State::kBroken:
        return LoseClient();
      case ResponseSender::State::kDone:
      case ResponseSender::State::kProduce:
        break;
    }
  }
  return true;
}

void Exchange::HandlerConversation::BreakOff() {
  if (state_ != State::kBegun) return;
  exchange_.sender_.BreakOff();
  state_ = State::kBrokenOff;
}

// Like Patience: so long for each next byte, and no slower than the least rate, once that long is
// over.
bool Exchange::HandlerConversation::WaitFor(Transport::For what, absl::Duration timeout,
                                            uint64_t moved) {
  alive_();
  const double min_rate = exchange_.context_.timeouts.min_rate;
  absl::Duration wait = timeout;
  if (min_rate > 0) {
    wait = std::min(wait, timeout + absl::Seconds(static_cast<double>(moved) / min_rate) - waited_);
  }
  const absl::Time begin = absl::Now();
  const bool ready = exchange_.transport_->Wait(what, net::Deadline::After(wait));
  waited_ += std::max(absl::Now() - begin, absl::ZeroDuration());
  alive_();
  return ready;
}

bool Exchange::HandlerConversation::LoseClient() {
  if (state_ == State::kBegun) exchange_.stage_ = Stage::kSending;  // so much for the log
  state_ = State::kClientGone;
  return false;
}

void Exchange::RespondHandled(const HandlerConversation& conversation, HandlerOutcome outcome) {
  using State = HandlerConversation::State;
  if (conversation.state() == State::kClientGone) {
    Abort();
  } else if (conversation.state() == State::kBegun) {
    if (outcome == HandlerOutcome::kDone) {
      sender_.EndWriting(protocol_);
    } else {
      sender_.BreakOff();
    }
    stage_ = Stage::kSending;
  } else if (conversation.state() == State::kBrokenOff) {
    stage_ = Stage::kSending;
  } else if (conversation.body_failed()) {
    RespondError();
  } else if (outcome != HandlerOutcome::kDone) {
    RespondFailure(outcome);
  } else {
    stage_ = Stage::kAnswered;
  }
}

}  // namespace forklift::http::server
