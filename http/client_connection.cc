#include "forklift/http/client_connection.h"

#include <stddef.h>

#include <string_view>

#include "absl/strings/match.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/connection_options.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/response_parser.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

constexpr size_t kLargestKnownHead = 1024;

}  // namespace

ClientConnection::ClientConnection(const Limits& limits) : limits_(limits), parser_(limits) {}

ClientConnection::Step ClientConnection::Next(std::string_view input) {
  switch (phase_) {
    case Phase::kHead:
      return NextHead(input);
    case Phase::kBody:
      return NextBody(input);
    case Phase::kClosed:
      return {Event::kClose};
    case Phase::kFailed:
      break;
  }
  return {Event::kError};
}

// A server that is asked the same mostly answers with the same head again.
bool ClientConnection::IsKnown(std::string_view input) const {
  return head_read_ && !known_.text.empty() && outstanding() > 0 &&
         expected_[answered_] == known_.method && absl::StartsWith(input, known_.text);
}

ClientConnection::Step ClientConnection::NextHead(std::string_view input) {
  if (IsKnown(input)) {
    parser_.ParseSameAgain(input);
    return BeginBody(known_.text.size(), known_.body);
  }
  known_.text.clear();
  if (head_read_) {
    parser_.Reset();
    head_read_ = false;
  }
  if (input.empty() && input_ended_) {
    phase_ = Phase::kClosed;
    return {Event::kClose};
  }
  if (outstanding() == 0) {
    if (input.empty()) return {Event::kNeedInput};
    return FailUnasked();
  }
  switch (parser_.Parse(input)) {
    case ParseState::kIncomplete:
      if (!input_ended_) return {Event::kNeedInput};
      return Fail({StatusCode::kBadGateway, input.size(), "RFC 9112 section 8",
                   "the connection ended in the middle of a head"});
    case ParseState::kError:
      return Fail(parser_.error());
    case ParseState::kComplete:
      break;
  }
  head_read_ = true;
  const ResponseHead head = parser_.head();
  if (head.status == StatusCode::kSwitchingProtocols) {
    return Fail({StatusCode::kBadGateway, 0, "RFC 9110 section 15.2.2",
                 "a switch of protocols that nobody asked for"});
  }
  if (IsInformational(head.status)) {
    if (interim_ == limits_.interim_responses) {
      return Fail(
          {StatusCode::kBadGateway, 0, "RFC 9110 section 15.2", "too many interim responses"});
    }
    ++interim_;
    return {Event::kInterim, head.size};
  }
  interim_ = 0;

  const Method method = expected_[answered_];
  if (method == Method::kConnect && head.status < StatusCode{300}) {
    return Fail(
        {StatusCode::kBadGateway, 0, "RFC 9110 section 9.3.6", "a tunnel, which is not read here"});
  }
  BodyFraming body;
  if (const auto error =
          FrameResponseBody(head.fields, head.minor_version, method, head.status, body)) {
    return Fail(*error);
  }
  closes_ = body.kind == BodyFraming::Kind::kUntilClose ||
            !Persists(ReadConnectionOptions(head.fields), head.minor_version);
  if (!closes_ && head.size <= kLargestKnownHead) {
    known_.text = input.substr(0, head.size);
    known_.method = method;
    known_.body = body;
  }
  return BeginBody(head.size, body);
}

ClientConnection::Step ClientConnection::BeginBody(size_t consumed, const BodyFraming& body) {
  body_whole_ = body.kind == BodyFraming::Kind::kNone;
  decoder_.reset();
  if (!body_whole_) decoder_.emplace(body, limits_);
  phase_ = Phase::kBody;
  return {Event::kResponse, consumed};
}

ClientConnection::Step ClientConnection::NextBody(std::string_view input) {
  if (body_whole_) return EndResponse(0, !input.empty());
  const BodyPiece piece = decoder_->Decode(input);
  if (piece.state == ParseState::kError) return Fail(decoder_->error());
  body_whole_ = piece.state == ParseState::kComplete;
  if (!piece.data.empty()) return {Event::kBody, piece.consumed, piece.data};
  const bool more_input = piece.consumed < input.size();
  if (body_whole_) return EndResponse(piece.consumed, more_input);
  if (!input_ended_) return {Event::kNeedInput, piece.consumed};
  if (decoder_->End() == ParseState::kError) return Fail(decoder_->error());
  return EndResponse(piece.consumed, more_input);
}

ClientConnection::Step ClientConnection::EndResponse(size_t consumed, bool more_input) {
  ++answered_;
  if (2 * answered_ >= expected_.size()) {  // so that what was answered costs no room
    expected_.erase(expected_.begin(), expected_.begin() + static_cast<ptrdiff_t>(answered_));
    answered_ = 0;
  }
  phase_ = closes_ ? Phase::kClosed : Phase::kHead;
  // At once: behind the next request it would look like the response to that.
  if (!closes_ && outstanding() == 0 && more_input) FailUnasked();
  return {Event::kResponseEnd, consumed};
}

ClientConnection::Step ClientConnection::FailUnasked() {
  return Fail(
      {StatusCode::kBadGateway, 0, "RFC 9112 section 9.2", "a response that nobody asked for"});
}

ClientConnection::Step ClientConnection::Fail(ParseError error) {
  phase_ = Phase::kFailed;
  closes_ = true;
  error.status = StatusCode::kBadGateway;
  error_ = error;
  return {Event::kError};
}

HeaderFields ClientConnection::trailers() const {
  return decoder_ ? decoder_->trailers() : HeaderFields();
}

}  // namespace forklift::http
