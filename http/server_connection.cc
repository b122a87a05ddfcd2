#include "forklift/http/server_connection.h"

#include <optional>
#include <string_view>

#include "absl/base/attributes.h"
#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_body.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool IsFinal(StatusCode status) { return StatusCode{200} <= status && status <= StatusCode{599}; }

bool IsOnlyLineEnds(std::string_view input) {
  return input.find_first_not_of("\r\n") == std::string_view::npos;
}

// Fields that are of the connection, not of the response (RFC 9110 section 7.6.1).
constexpr HeaderNameSet kOfConnection =
    Bit(HeaderName::kConnection) | Bit(HeaderName::kContentLength) | Bit(HeaderName::kKeepAlive) |
    Bit(HeaderName::kProxyConnection) | Bit(HeaderName::kTE) | Bit(HeaderName::kTransferEncoding) |
    Bit(HeaderName::kUpgrade);

}  // namespace

ServerConnection::ServerConnection(const Limits& limits) : limits_(limits), parser_(limits) {}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline ServerConnection::Step ServerConnection::NextHead(
    std::string_view input) {
  if (input.empty() && !input_ended_) return {Event::kNeedInput};  // as after most responses
  switch (parser_.Parse(input)) {
    case ParseState::kIncomplete:
      KeepRequestLine();
      if (!input_ended_) return {Event::kNeedInput};
      if (IsOnlyLineEnds(input)) {
        phase_ = Phase::kClosed;
        return {Event::kClose};
      }
      return Fail({StatusCode::kBadRequest, input.size(), "RFC 9112 section 8",
                   "the connection ended in the middle of a head"});
    case ParseState::kError:
      KeepRequestLine();
      return Fail(parser_.error());
    case ParseState::kComplete:
      break;
  }
  phase_ = Phase::kBody;
  request_.head = parser_.head();
  if (const auto error = ReadRequest(limits_, request_)) return Fail(*error);
  ++requests_;
  const BodyFraming& framing = request_.body;
  body_whole_ = framing.kind == BodyFraming::Kind::kNone ||
                framing == BodyFraming{BodyFraming::Kind::kLength, 0};
  if (!body_whole_) decoder_.emplace(framing, limits_);
  continue_due_ = request_.expects_continue && !body_whole_;
  return {Event::kRequest, request_.head.size};
}

inline ServerConnection::Step ServerConnection::NextBody(std::string_view input) {
  const BodyPiece piece = decoder_->Decode(input);
  received_ += piece.consumed;
  if (piece.consumed > 0) continue_due_ = false;
  if (piece.state == ParseState::kError) return Fail(decoder_->error());
  body_whole_ = piece.state == ParseState::kComplete;
  if (!piece.data.empty()) return {Event::kBody, piece.consumed, piece.data};
  if (body_whole_) {
    phase_ = Phase::kResponse;
    return {Event::kRequestEnd, piece.consumed};
  }
  if (input_ended_ && decoder_->End() == ParseState::kError) return Fail(decoder_->error());
  return {Event::kNeedInput, piece.consumed};
}

ServerConnection::Step ServerConnection::NextOfInput(std::string_view input) {
  switch (phase_) {
    case Phase::kHead:
      return NextHead(input);
    case Phase::kBody:
      return NextBody(input);
    case Phase::kResponse:
      return {Event::kNeedResponse};
    case Phase::kDrain:
      return Drain(input);
    case Phase::kError:
      phase_ = Phase::kResponse;
      return {Event::kError};
    case Phase::kClosed:
      break;
  }
  return {Event::kClose};
}

inline void ServerConnection::BeginNextRequest() {
  parser_.Reset();
  decoder_.reset();
  received_ = 0;
  drained_ = 0;
  phase_ = Phase::kHead;
}

// The response is sent; the rest of the request's body is read, so that the next request is found,
// but not for long.
ServerConnection::Step ServerConnection::Drain(std::string_view input) {
  size_t consumed = 0;
  while (!body_whole_) {
    const BodyPiece piece = decoder_->Decode(input.substr(consumed));
    consumed += piece.consumed;
    drained_ += piece.consumed;
    body_whole_ = piece.state == ParseState::kComplete;
    const bool more = body_whole_ || !piece.data.empty();
    if (piece.state == ParseState::kError || drained_ > limits_.unread_body ||
        (!more && input_ended_)) {
      phase_ = Phase::kClosed;
      return {Event::kClose, consumed};
    }
    if (!more) return {Event::kNeedInput, consumed};
  }
  BeginNextRequest();
  Step step = Next(input.substr(consumed));
  step.consumed += consumed;
  return step;
}

void ServerConnection::Reset() {
  BeginNextRequest();
  request_ = {};
  requests_ = 0;
  body_whole_ = false;
  input_ended_ = false;
  continue_due_ = false;
  responding_ = false;
  close_wanted_ = false;
  closes_ = false;
  error_ = {};
}

// Of a head that is not whole, and may never be: what the answer depends on, and nothing that lies
// in its bytes, which may move.
void ServerConnection::KeepRequestLine() {
  if (!parser_.in_fields()) return;
  const RequestHead head = parser_.head();
  request_ = {.head = {.minor_version = head.minor_version}, .method = ParseMethod(head.method)};
}

void ServerConnection::Refuse(const ParseError& error) {
  // The one before is not meant, and who sends this one may know no more than HTTP/1.0.
  if (phase_ == Phase::kHead && !parser_.in_fields()) request_ = {.head = {.minor_version = 0}};
  close_wanted_ = true;
  if (responding_ || phase_ == Phase::kDrain || phase_ == Phase::kClosed) {
    closes_ = true;
    phase_ = Phase::kClosed;
  } else if (error_.status == StatusCode{}) {  // the first reason counts
    error_ = error;
    phase_ = Phase::kError;
  }
}

ServerConnection::Step ServerConnection::Fail(const ParseError& error) {
  Refuse(error);
  return Next({});
}

HeaderFields ServerConnection::trailers() const {
  return decoder_ ? decoder_->trailers() : HeaderFields();
}

std::string_view ServerConnection::ContinueIfExpected() {
  if (!continue_due_ || responding_ || phase_ != Phase::kBody) return {};
  continue_due_ = false;
  return kContinue;
}

std::string_view ServerConnection::FinishInterim(ResponseWriter& writer, StatusCode status,
                                                 HeaderNameSet names) const {
  const bool possible = !responding_ && (phase_ == Phase::kBody || phase_ == Phase::kResponse) &&
                        request_.head.minor_version > 0;
  const bool allowed = IsInformational(status) && status > StatusCode::kSwitchingProtocols &&
                       (names & kOfConnection) == 0;
  return possible && allowed ? writer.Finish().value_or("") : "";
}

inline bool ServerConnection::MustClose(StatusCode status) const {
  if (close_wanted_ || !request_.persists || requests_ >= limits_.requests) return true;
  // What the client sent into a tunnel that it did not get must not be taken for requests.
  if (request_.method == Method::kConnect) return true;
  if (body_whole_) return false;
  // A client that was not told to go on may send the body or leave it out: nobody can tell what
  // comes next (RFC 9110 section 10.1.1).
  if (continue_due_ || status == StatusCode::kContentTooLarge) return true;
  return request_.body.kind == BodyFraming::Kind::kLength &&
         request_.body.length - received_ > limits_.unread_body;
}

std::optional<std::string_view> ServerConnection::FinishHead(ResponseWriter& writer,
                                                             StatusCode status,
                                                             std::optional<uint64_t> length,
                                                             HeaderNameSet names) {
  CHECK(!responding_ && Phase::kBody <= phase_ && phase_ <= Phase::kError)
      << "BeginResponse: there is no request to respond to";
  const bool upgrade = status == StatusCode::kUpgradeRequired;
  // 426 must tell what to upgrade to (RFC 9110 section 15.5.22), and no other may.
  if (upgrade) names ^= Bit(HeaderName::kUpgrade);
  // 2xx to CONNECT opens a tunnel, which is not this connection's to open.
  const bool tunnel = request_.method == Method::kConnect && status < StatusCode{300};
  if ((names & kOfConnection) != 0 || !IsFinal(status) || tunnel) return std::nullopt;

  const bool may_have_content = MayHaveContent(status);
  if (status == StatusCode::kResetContent) length = 0;  // RFC 9110 section 15.3.6
  const bool http_1_0 = request_.head.minor_version == 0;
  ResponseBody::Framing framing = ResponseBody::Framing::kLength;
  if (request_.method == Method::kHead || !may_have_content) {
    framing = ResponseBody::Framing::kNone;
  } else if (!length) {
    framing = http_1_0 ? ResponseBody::Framing::kUntilClose : ResponseBody::Framing::kChunked;
  }
  body_.Begin(framing, length.value_or(0));
  closes_ = framing == ResponseBody::Framing::kUntilClose || MustClose(status);

  if (length && may_have_content) writer.AddContentLength(*length);
  if (framing == ResponseBody::Framing::kChunked) writer.AddField("Transfer-Encoding", "chunked");
  if (closes_) {
    writer.AddField("Connection", upgrade ? "close, upgrade" : "close");
  } else if (http_1_0) {
    writer.AddField("Connection", upgrade ? "keep-alive, upgrade" : "keep-alive");
  } else if (upgrade) {
    writer.AddField("Connection", "upgrade");
  }
  return writer.Finish();
}

std::string_view ServerConnection::EndResponse() {
  CHECK(responding_) << "EndResponse: no response has begun";
  responding_ = false;
  if (closes_ || body_.IsShort()) {
    closes_ = true;
    phase_ = Phase::kClosed;
  } else if (body_whole_) {
    BeginNextRequest();
  } else {
    phase_ = Phase::kDrain;
  }
  return body_.End();
}

}  // namespace forklift::http
