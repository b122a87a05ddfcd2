#include "forklift/http/chunked_decoder.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string_view>

#include "forklift/http/body_piece.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

constexpr std::string_view kCoding = "RFC 9112 section 7.1";

// A lone LF ends no line of a body.
Limits WithoutBareLf(Limits limits) {
  limits.bare_lf = false;
  return limits;
}

}  // namespace

ChunkedDecoder::ChunkedDecoder(const Limits& limits)
    : limits_(WithoutBareLf(ClampLimits(limits))),
      body_room_(limits.body),
      line_(limits.chunk_extensions) {}

// In the order in which the parts of a chunk arrive, from the end of the one before on.
BodyPiece ChunkedDecoder::Decode(std::string_view input) {
  size_t at = 0;
  if (step_ == Step::kCarriageReturn) {
    if (at == input.size()) return Consume(at, "");
    if (input[at] != '\r') return FailAfterData(at);
    ++at;
    step_ = Step::kLineFeed;
  }
  if (step_ == Step::kLineFeed) {
    if (at == input.size()) return Consume(at, "");
    if (input[at] != '\n') return FailAfterData(at);
    ++at;
    step_ = Step::kLine;
    line_begin_ = offset_ + at;
  }
  if (step_ == Step::kLine) {
    size_t consumed = 0;
    const ParseState state = line_.Parse(input.substr(at), consumed);
    at += consumed;
    if (state == ParseState::kIncomplete) return Consume(at, "");
    if (state == ParseState::kError) {
      return Fail({StatusCode::kBadRequest, offset_ + at, kCoding, line_.reason()});
    }
    chunk_left_ = line_.size();
    if (chunk_left_ > body_room_) {
      return Fail({StatusCode::kContentTooLarge, line_begin_, "RFC 9110 section 15.5.14",
                   "the body is too large"});
    }
    body_room_ -= chunk_left_;
    step_ = chunk_left_ > 0 ? Step::kData : Step::kTrailers;
  }
  if (step_ == Step::kData) {
    const size_t size = std::min<uint64_t>(chunk_left_, input.size() - at);
    chunk_left_ -= size;
    if (chunk_left_ == 0) step_ = Step::kCarriageReturn;
    return Consume(at + size, input.substr(at, size));
  }
  if (step_ == Step::kTrailers) return DecodeTrailers(input, at);
  return {step_ == Step::kComplete ? ParseState::kComplete : ParseState::kError};
}

// The section begins at `at`; what is not all of it is left for the next call.
BodyPiece ChunkedDecoder::DecodeTrailers(std::string_view input, size_t at) {
  const std::string_view section = input.substr(at);
  if (section.empty() || section == "\r") return Consume(at, "");
  size_t size = 2;
  if (!section.starts_with("\r\n")) {
    if (!trailer_parser_) trailer_parser_.emplace(limits_).Begin(0, limits_.trailers);
    const ParseState state = trailer_parser_->Parse(section);
    if (state == ParseState::kIncomplete) return Consume(at, "");
    if (state == ParseState::kError) {
      ParseError error = trailer_parser_->error();
      error.offset += offset_ + at;
      return Fail(error);
    }
    size = trailer_parser_->end();
    trailers_ = section.data();
  }
  step_ = Step::kComplete;
  return {ParseState::kComplete, at + size};
}

BodyPiece ChunkedDecoder::Consume(size_t size, std::string_view data) {
  offset_ += size;
  return {ParseState::kIncomplete, size, data};
}

BodyPiece ChunkedDecoder::FailAfterData(size_t at) {
  return Fail({StatusCode::kBadRequest, offset_ + at, kCoding, "no CRLF after a chunk's data"});
}

BodyPiece ChunkedDecoder::Fail(const ParseError& error) {
  error_ = error;
  step_ = Step::kError;
  return {ParseState::kError};
}

}  // namespace forklift::http
