#include "forklift/http/body_decoder.h"

#include <stdint.h>

#include <algorithm>
#include <string_view>

#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

using Kind = BodyFraming::Kind;

ParseError TooLarge(uint64_t offset) {
  return {StatusCode::kContentTooLarge, offset, "RFC 9110 section 15.5.14",
          "the body is too large"};
}

}  // namespace

BodyDecoder::BodyDecoder(const BodyFraming& framing, const Limits& limits)
    : kind_(framing.kind),
      left_(kind_ == Kind::kUntilClose ? limits.body : framing.length),
      chunked_(limits) {
  if (left_ > limits.body) Fail(TooLarge(0));
}

BodyPiece BodyDecoder::Decode(std::string_view input) {
  if (state_ != ParseState::kIncomplete) return {state_};
  if (kind_ == Kind::kChunked) {
    const BodyPiece piece = chunked_.Decode(input);
    if (piece.state == ParseState::kError) Fail(chunked_.error());
    state_ = piece.state;
    offset_ += piece.consumed;
    return piece;
  }
  const std::string_view data = input.substr(0, std::min<uint64_t>(left_, input.size()));
  offset_ += data.size();
  left_ -= data.size();
  if (kind_ != Kind::kUntilClose) {
    if (left_ == 0) state_ = ParseState::kComplete;
  } else if (data.empty() && !input.empty()) {
    Fail(TooLarge(offset_));
  }
  return {state_, data.size(), data};
}

ParseState BodyDecoder::End() {
  if (state_ != ParseState::kIncomplete) return state_;
  if (kind_ == Kind::kUntilClose || (kind_ != Kind::kChunked && left_ == 0)) {
    state_ = ParseState::kComplete;
  } else {
    Fail({StatusCode::kBadRequest, offset_, "RFC 9112 section 8",
          "the connection ends in the middle of the body"});
  }
  return state_;
}

void BodyDecoder::Fail(const ParseError& error) {
  error_ = error;
  state_ = ParseState::kError;
}

}  // namespace forklift::http
