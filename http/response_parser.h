// ResponseParser reads the head of an HTTP/1.1 response out of bytes that arrive in any pieces, and
// stops exactly behind it.
//
// As RequestParser in all: strict, zero-copy, resumable, pure. It reads one head; interim responses
// (1xx) are heads of their own, after which Reset and the next follow.
//
//   ResponseParser parser;
//   while ((state = parser.Parse(received)) == ParseState::kIncomplete) ReceiveMore(received);
//   if (state == ParseState::kComplete) Use(parser.head().status, parser.head().fields);
#ifndef FORKLIFT_HTTP_RESPONSE_PARSER_H_
#define FORKLIFT_HTTP_RESPONSE_PARSER_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/field_section_parser.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "forklift/http/status_line_parser.h"

namespace forklift::http {

struct ResponseHead {
  StatusCode status = {};   // 100 to 999
  std::string_view reason;  // may be empty
  int minor_version = 1;    // of HTTP/1: 0 to 9
  HeaderFields fields;
  size_t size = 0;  // in bytes, with the empty line
};

class ResponseParser {
 public:
  // `instructions` must be available; another than the best is for tests and measurements.
  explicit ResponseParser(const Limits& limits = {},
                          InstructionSet instructions = BestInstructionSet());

  // `message` is all that is at hand from the response's first byte on: what an earlier call was
  // given, and more. Once the state is not kIncomplete, the next call is Reset.
  ParseState Parse(std::string_view message);

  // With kComplete; good until the bytes of the last Parse move, or Reset.
  ResponseHead head() const {
    return {line_.status(), line_.reason(message_), line_.minor_version(), fields_.fields(message_),
            fields_.end()};
  }
  // With kError.
  const ParseError& error() const { return in_fields_ ? fields_.error() : line_.error(); }

  // For the next response.
  void Reset();

  // Instead of Reset and Parse, with kComplete: `message` begins with the same head, byte for byte.
  void ParseSameAgain(std::string_view message) { message_ = message.data(); }

 private:
  size_t max_size_;
  StatusLineParser line_;
  FieldSectionParser fields_;
  bool in_fields_ = false;
  const char* message_ = nullptr;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_RESPONSE_PARSER_H_
