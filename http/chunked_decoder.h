// ChunkedDecoder takes the body out of the chunked transfer coding (RFC 9112 section 7.1).
//
// Resumable over any split of the input, and zero-copy: what it gives are views into the caller's
// bytes. It allocates only where there are trailers. Pure: no I/O, no clock. One object, one body.
//
// Strict: CRLF and nothing else ends a line, a size is 1 to 16 hexadecimal digits, and what follows
// the last byte of a chunk is CRLF. So nobody in front of it can have seen another end of the body.
//
//   ChunkedDecoder decoder(limits);
//   while (true) {
//     const BodyPiece piece = decoder.Decode(received);
//     Take(piece.data);
//     received.remove_prefix(piece.consumed);
//     if (piece.state != ParseState::kIncomplete) break;
//     if (piece.data.empty()) ReceiveMore(received);
//   }
#ifndef FORKLIFT_HTTP_CHUNKED_DECODER_H_
#define FORKLIFT_HTTP_CHUNKED_DECODER_H_

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string_view>

#include "forklift/http/body_piece.h"
#include "forklift/http/chunk_line_parser.h"
#include "forklift/http/field_section_parser.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"

namespace forklift::http {

class ChunkedDecoder {
 public:
  // Of `limits` it keeps those of a body: body, chunk_extensions, trailers; and, for the trailers,
  // field_line and fields.
  explicit ChunkedDecoder(const Limits& limits = {});

  // Decodes up to the end of the next data, or up to the end of the body. `input` begins where the
  // last call's consumed bytes end. While data comes out, call again with what is left; where none
  // does and the state is kIncomplete, more input is needed. Trailers are consumed as a whole:
  // until they are, their bytes stay with the caller. Errors: 400, 413 for a body and 431 for
  // trailers beyond their limit; the data of earlier calls is then of a body that nobody may take
  // for whole.
  BodyPiece Decode(std::string_view input);

  // With kComplete: what followed the last chunk, views into the last call's input. Not to be taken
  // for fields of the head (RFC 9110 section 6.5.1).
  HeaderFields trailers() const {
    return trailers_ != nullptr ? trailer_parser_->fields(trailers_) : HeaderFields();
  }

  // With kError; the offset counts from the beginning of the body.
  const ParseError& error() const { return error_; }

 private:
  enum class Step : uint8_t {
    kLine,
    kData,
    kCarriageReturn,
    kLineFeed,
    kTrailers,
    kComplete,
    kError
  };

  BodyPiece Consume(size_t size, std::string_view data);
  BodyPiece DecodeTrailers(std::string_view input, size_t at);
  BodyPiece FailAfterData(size_t at);
  BodyPiece Fail(const ParseError& error);

  Limits limits_;
  Step step_ = Step::kLine;
  uint64_t offset_ = 0;      // consumed by earlier calls
  uint64_t line_begin_ = 0;  // of the chunk's line, from the beginning of the body
  uint64_t chunk_left_ = 0;  // data of this chunk still to come
  uint64_t body_room_;       // data of later chunks that the limit allows
  ChunkLineParser line_;
  std::optional<FieldSectionParser> trailer_parser_;
  const char* trailers_ = nullptr;  // where they are, once trailer_parser_ has read them
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHUNKED_DECODER_H_
