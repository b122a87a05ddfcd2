// RequestParser reads the head of an HTTP/1.1 request out of bytes that arrive in any pieces, and
// stops exactly behind it.
//
// Strict as RFC 9112 wants a server to be. Zero-copy: what it gives are views into the caller's
// buffer, which may move or grow between the calls. It never looks twice at what it has read: a
// head that comes byte by byte costs linear time. It allocates only for a request with more fields
// than any before it. Pure: no I/O, no clock. One thread at a time; nothing is shared between
// objects.
//
// It has no opinion on what the words mean: whether the method is known, the target's form, Host,
// how the body is framed (see server_connection.h for all of it together).
//
//   RequestParser parser;
//   while ((state = parser.Parse(received)) == ParseState::kIncomplete) ReceiveMore(received);
//   if (state == ParseState::kError) return Refuse(parser.error());
//   const RequestHead head = parser.head();  // received.substr(head.size) is its body, or the next
#ifndef FORKLIFT_HTTP_REQUEST_PARSER_H_
#define FORKLIFT_HTTP_REQUEST_PARSER_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/field_section_parser.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_line_parser.h"

namespace forklift::http {

struct RequestHead {
  std::string_view method;  // case-sensitive, not checked against a list
  std::string_view target;  // as sent: not decoded, not normalized
  int minor_version =
      1;  // of HTTP/1: 0 to 9; more than 1 is to be treated as 1 (RFC 9110 section 2.5)
  HeaderFields fields;
  size_t size = 0;  // in bytes, with the empty lines before and after
};

class RequestParser {
 public:
  // `instructions` must be available; another than the best is for tests and measurements.
  explicit RequestParser(const Limits& limits = {},
                         InstructionSet instructions = BestInstructionSet());

  // `message` is all that is at hand from the request's first byte on: what an earlier call was
  // given, and more. The error's status: 400, 414, 431, 501 or 505. Once the state is not
  // kIncomplete, the next call is Reset.
  ParseState Parse(std::string_view message);

  // Whether the request line is read: whatever comes of the fields, head() has what it says.
  bool in_fields() const { return in_fields_; }
  // With kComplete; good until the bytes of the last Parse move, or Reset.
  RequestHead head() const {
    return {line_.method(message_), line_.target(message_), line_.minor_version(),
            fields_.fields(message_), fields_.end()};
  }
  // With kError.
  const ParseError& error() const { return in_fields_ ? fields_.error() : line_.error(); }

  // For the next request.
  void Reset() {
    line_.Reset();
    in_fields_ = false;
  }

 private:
  size_t max_size_;
  RequestLineParser line_;
  FieldSectionParser fields_;
  bool in_fields_ = false;
  const char* message_ = nullptr;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_PARSER_H_
