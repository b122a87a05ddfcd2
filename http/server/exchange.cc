#include "forklift/http/server/exchange.h"

#include <stddef.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/types/span.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request.h"
#include "forklift/http/server/call_handler.h"
#include "forklift/http/server/conversation.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/refusals.h"
#include "forklift/http/server/response_sender.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/net/io.h"

namespace forklift::http::server {
namespace {

using Event = ServerConnection::Event;

constexpr size_t kKeptCapacity = 32 * 1024;  // from one connection to the next
constexpr size_t kMaxGathered = 16 * 1024;   // of answers to pipelined requests

Limits ProtocolLimits(Limits limits) {
  limits.requests = std::numeric_limits<size_t>::max();  // they are counted by connection, here
  return limits;
}

}  // namespace

Exchange::Exchange(const ExchangeContext& context)
    : context_(context),
      protocol_(ProtocolLimits(context.limits)),
      input_(context.limits.head),
      entry_(context.access_log) {}

void Exchange::Reserve() {
  // More than is needed, so that it does not end up in the gaps between other things.
  response_.headers.Reserve(32, 1024);
  sender_.Reserve(512);
  input_.Reserve();  // last: of so much a usual request takes the beginning
}

void Exchange::Attach(Transport& transport, const net::Address& client, size_t requests) {
  CHECK(wait_ == Wait::kIdle) << "Exchange::Attach: it serves another connection; Detach it first";
  transport_ = &transport;
  client_ = &client;
  requests_ = requests;
  received_ = 0;
  stage_ = Stage::kReceiving;
  readable_ = true;
  finishing_ = false;
  input_ended_ = false;
  overdue_ = false;
  more_may_come_ = false;
  broken_ = false;
  unasked_ = false;
}

// Nothing of one client may reach another.
void Exchange::Detach() {
  if (wait_ == Wait::kIdle) return;
  wait_ = Wait::kIdle;
  LogAborted();
  protocol_.Reset();
  sender_.Reset();
  EndRequest();
  input_.Clear();
}

void Exchange::EndRequest() {
  response_.Clear();
  consumer_.reset();
  body_.clear();
  if (body_.capacity() > kKeptCapacity) body_ = std::string();
  piece_ = {};
  input_.EndRequest();
}

Exchange::Phase Exchange::phase() const {
  switch (stage_) {
    case Stage::kReceiving:
      if (sender_.pending() > 0) return Phase::kResponse;
      return protocol_.phase() == ServerConnection::Phase::kHead ? Phase::kHead : Phase::kBody;
    case Stage::kWorking:
      return Phase::kWork;
    case Stage::kAnswered:
    case Stage::kSending:
    case Stage::kClosing:
      break;
  }
  return Phase::kResponse;
}

Exchange::Wait Exchange::Advance() {
  std::optional<Wait> wait;
  while (!wait) {
    switch (stage_) {
      case Stage::kReceiving:
        wait = Receive();
        break;
      case Stage::kWorking:
        wait = Wait::kWork;
        break;
      case Stage::kAnswered:
        Respond();
        break;
      case Stage::kSending:
        wait = Send();
        break;
      case Stage::kClosing:
        wait = Close();
        break;
    }
  }
  wait_ = *wait;
  return wait_;
}

std::optional<Exchange::Wait> Exchange::Receive() {
  const ServerConnection::Step step = protocol_.Next(input_.unread());
  input_.Consume(step.consumed);
  switch (step.event) {
    case Event::kNeedInput:
      return ReceiveMore();
    case Event::kRequest:
      OnRequest();
      break;
    case Event::kBody:
      OnBody(step.data);
      break;
    case Event::kRequestEnd:
      more_may_come_ = false;
      stage_ = Stage::kWorking;
      break;
    case Event::kError:
      RespondError();
      break;
    case Event::kNeedResponse:
      LOG(FATAL) << "Exchange: the protocol waits for a response that was sent";
    case Event::kClose:
      stage_ = Stage::kClosing;
      break;
  }
  return std::nullopt;
}

std::optional<Exchange::Wait> Exchange::ReceiveMore() {
  if (sender_.pending() > 0) {  // answers to pipelined requests, or 100 Continue
    const ResponseSender::State state = SendMore();
    if (state == ResponseSender::State::kBlocked) return Wait::kOutput;
    if (state == ResponseSender::State::kBroken) return Abort();
  }
  const bool between_requests =
      protocol_.phase() == ServerConnection::Phase::kHead && input_.unread().empty();
  if (between_requests) more_may_come_ = false;
  if (!readable_) return between_requests ? Wait::kIdle : Wait::kInput;
  readable_ = false;
  KeepPiece();
  if (protocol_.phase() == ServerConnection::Phase::kBody) input_.KeepHead();
  const net::IoResult got = input_.Receive(*transport_);
  switch (got.outcome) {
    case net::IoOutcome::kOk:
      received_ += got.bytes;
      overdue_ = false;
      return std::nullopt;
    case net::IoOutcome::kNotReady:
      OnNothingReceived(between_requests);
      return std::nullopt;
    case net::IoOutcome::kEnd:
      protocol_.EndOfInput();
      input_ended_ = true;
      return std::nullopt;
    case net::IoOutcome::kFailed:
      LOG_EVERY_N_SEC(ERROR, 1) << got.error;
      return Abort();
    case net::IoOutcome::kPeerGone:
    case net::IoOutcome::kTimedOut:
      break;
  }
  return Abort();
}

void Exchange::OnNothingReceived(bool between_requests) {
  if (between_requests && (overdue_ || (finishing_ && requests_ > 0))) {
    unasked_ = true;
    stage_ = Stage::kClosing;
  } else if (overdue_) {
    protocol_.Refuse(kTooSlow);
  }
  overdue_ = false;
}

std::nullopt_t Exchange::Abort() {
  LogAborted();
  broken_ = true;
  stage_ = Stage::kClosing;
  return std::nullopt;
}

Request Exchange::RequestView(std::string_view body, Conversation* conversation) const {
  return {.message = protocol_.request(),
          .client = *client_,
          .body = body,
          .trailers = protocol_.trailers(),
          .conversation = conversation};
}

void Exchange::OnRequest() {
  ++requests_;
  entry_.Begin(*client_);
  if (protocol_.request().method == Method::kConnect) {
    protocol_.Refuse(kNoProxy);
    return;
  }
  if (protocol_.request().body.kind == BodyFraming::Kind::kNone) return;
  more_may_come_ = true;
  const HandlerOutcome outcome =
      CallHandler([&] { consumer_ = context_.handler->ConsumeBody(RequestView({}, nullptr)); });
  if (outcome != HandlerOutcome::kDone) return RespondFailure(outcome);
  if (consumer_ != nullptr && !consumer_->wants_body()) {
    stage_ = Stage::kWorking;
    return;
  }
  sender_.Add(protocol_.ContinueIfExpected());
}

void Exchange::OnBody(std::string_view piece) {
  if (consumer_ == nullptr) {
    KeepPiece();
    piece_ = piece;
    return;
  }
  bool goes_on = false;
  const HandlerOutcome outcome = CallHandler([&] { goes_on = consumer_->Consume(piece); });
  if (outcome != HandlerOutcome::kDone) return RespondFailure(outcome);
  if (!goes_on) stage_ = Stage::kWorking;
}

void Exchange::KeepPiece() {
  body_.append(piece_);
  piece_ = {};
}

void Exchange::Work(absl::FunctionRef<void()> alive) {
  CHECK(stage_ == Stage::kWorking) << "Exchange::Work: there is nothing to do";
  if (!sender_.gathered()) {
    stage_ = Stage::kSending;
    if (CallHandler([&] { sender_.Produce(protocol_); }) != HandlerOutcome::kDone) Abort();
    return;
  }
  if (!body_.empty()) KeepPiece();
  HandlerConversation conversation(*this, alive);
  const Request request = RequestView(body_.empty() ? piece_ : body_, &conversation);
  const HandlerOutcome outcome = CallHandler([&] {
    if (consumer_ != nullptr) {
      consumer_->Finish(request, response_);
    } else {
      context_.handler->Handle(request, response_);
    }
  });
  RespondHandled(conversation, outcome);
}

void Exchange::TimeOut() {
  overdue_ = true;
  readable_ = true;
}

void Exchange::RefuseBusy() { protocol_.Refuse(kTooBusy); }

void Exchange::RespondError() {
  if (!entry_.begun()) entry_.Begin(*client_);  // its head says too little
  more_may_come_ = true;
  const ParseError& error = protocol_.error();
  response_.SetError(error.status, error.reason);
  stage_ = Stage::kAnswered;
}

void Exchange::RespondFailure(HandlerOutcome outcome) {
  SetFailure(outcome, response_);
  stage_ = Stage::kAnswered;
}

void Exchange::Respond() {
  const std::string_view date = context_.clock->date();
  if (!BeginResponse(date)) {
    LOG_EVERY_N_SEC(ERROR, 1)
        << "the handler's response has no final status, or fields that cannot "
           "be sent; answering 500";
    response_.SetError(StatusCode::kInternalServerError, "no valid response");
    CHECK(sender_.Begin(protocol_, response_, date));
  }
  stage_ = Stage::kSending;
}

bool Exchange::BeginResponse(std::string_view date) {
  if (finishing_ || requests_ >= context_.limits.requests) {
    protocol_.CloseAfterResponse();
    unasked_ = protocol_.request().persists;
  }
  // While the request can be looked at: the protocol goes on to the next with the answer.
  entry_.Describe(protocol_.request().head);
  return sender_.Begin(protocol_, response_, date);
}

std::optional<Exchange::Wait> Exchange::Send() {
  if (sender_.gathered() && !input_.unread().empty() && sender_.pending() < kMaxGathered) {
    OnResponseSent();
    return std::nullopt;
  }
  switch (SendMore()) {
    case ResponseSender::State::kDone:
      OnResponseSent();
      break;
    case ResponseSender::State::kBlocked:
      return Wait::kOutput;
    case ResponseSender::State::kProduce:
      stage_ = Stage::kWorking;
      break;
    case ResponseSender::State::kBroken:
      return Abort();
  }
  return std::nullopt;
}

ResponseSender::State Exchange::SendMore() {
  const uint64_t before = sender_.sent();
  const ResponseSender::State state = sender_.Advance(*transport_);
  if (sender_.sent() > before) overdue_ = false;
  return state == ResponseSender::State::kBlocked && overdue_ ? ResponseSender::State::kBroken
                                                              : state;
}

void Exchange::OnResponseSent() {
  entry_.End(response_.status, sender_.content_sent(), /*aborted=*/false);
  EndRequest();
  stage_ = Stage::kReceiving;
}

void Exchange::LogAborted() {
  if (!entry_.begun()) return;
  if (stage_ == Stage::kSending) {
    entry_.End(response_.status, sender_.content_sent(), /*aborted=*/true);
  } else {
    entry_.Describe(protocol_.request().head);
    entry_.End(StatusCode(), 0, /*aborted=*/true);
  }
}

Exchange::Wait Exchange::Close() {
  if (broken_) return Wait::kClose;
  const ResponseSender::State state = SendMore();
  if (state == ResponseSender::State::kBlocked) return Wait::kOutput;
  if (input_ended_ || state == ResponseSender::State::kBroken) return Wait::kClose;
  // A reset, which unread input would cause, may destroy the answer on its way (RFC 9112 section
  // 9.6).
  if (more_may_come_ || !input_.unread().empty()) return Wait::kLingeringClose;
  if (!unasked_) return Wait::kClose;
  char next;  // of further requests
  const bool sends = transport_->Receive(absl::MakeSpan(&next, 1)).outcome == net::IoOutcome::kOk;
  return sends ? Wait::kLingeringClose : Wait::kIdleClose;
}

}  // namespace forklift::http::server
