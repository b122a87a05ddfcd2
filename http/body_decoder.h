// BodyDecoder gives the content of a body, however it is delimited, and never takes one that was
// cut off for a whole one.
//
// Resumable over any split of the input, and zero-copy: what it gives are views into the caller's
// bytes. Pure: no I/O, no clock. One object, one body.
//
//   BodyDecoder decoder(framing, limits);
//   while (true) {
//     const BodyPiece piece = decoder.Decode(received);
//     Take(piece.data);
//     received.remove_prefix(piece.consumed);
//     if (piece.state != ParseState::kIncomplete) break;
//     if (piece.data.empty()) ReceiveMore(received);  // or, at the connection's end, decoder.End()
//   }
#ifndef FORKLIFT_HTTP_BODY_DECODER_H_
#define FORKLIFT_HTTP_BODY_DECODER_H_

#include <stdint.h>

#include <string_view>

#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_decoder.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"

namespace forklift::http {

class BodyDecoder {
 public:
  // Of `limits` it keeps what ChunkedDecoder does.
  explicit BodyDecoder(const BodyFraming& framing, const Limits& limits = {});

  // As ChunkedDecoder::Decode; the last data may come with kComplete. A length beyond the limit is
  // refused, with 413, before any data.
  BodyPiece Decode(std::string_view input);

  // To be called where the connection ends: kComplete where the body does too, else kError; a body
  // that is shorter than its framing says is not to be used (RFC 9112 section 8).
  ParseState End();

  // With kComplete, of a chunked body: see ChunkedDecoder.
  HeaderFields trailers() const { return chunked_.trailers(); }

  // With kError; the offset counts from the beginning of the body.
  const ParseError& error() const { return error_; }

 private:
  void Fail(const ParseError& error);

  BodyFraming::Kind kind_;
  ParseState state_ = ParseState::kIncomplete;
  uint64_t offset_ = 0;
  uint64_t left_;  // of the length, or of what the limit allows
  ChunkedDecoder chunked_;
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_BODY_DECODER_H_
