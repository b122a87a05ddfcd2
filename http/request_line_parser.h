// RequestLineParser reads the first line of a request: method, target and version (RFC 9112 section
// 3), with the empty lines before it that a server overlooks (section 2.2).
//
// Resumable over any split of the input; an impossible byte is an error at once, so that another
// protocol's first packet is not waited for. Zero-copy: places in the caller's buffer, which may
// move between the calls. Pure, without allocation. One thread at a time.
//
// Strict: single spaces, a method of token characters, a target of visible ASCII, a version of two
// digits.
#ifndef FORKLIFT_HTTP_REQUEST_LINE_PARSER_H_
#define FORKLIFT_HTTP_REQUEST_LINE_PARSER_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "forklift/http/usual_request_line.h"

namespace forklift::http {

class RequestLineParser {
 public:
  // Of `limits` it keeps start_line, empty_lines and bare_lf.
  explicit RequestLineParser(const Limits& limits,
                             InstructionSet instructions = BestInstructionSet())
      : max_size_(ClampLimits(limits).start_line),
        max_empty_lines_(ClampLimits(limits).empty_lines),
        bare_lf_(limits.bare_lf),
        read_usual_line_(ReadUsualRequestLine(instructions)) {}

  // For the next request.
  void Reset() {
    part_ = Part::kEmptyLines;
    position_ = 0;
    empty_lines_ = 0;
  }

  // `message` is all that is at hand from the first byte on: what an earlier call was given, and
  // more. Errors: 400; 414 for a line beyond the limit, or 501 where it is all method; 505 for a
  // version other than HTTP/1.x.
  ParseState Parse(std::string_view message) {
    return position_ == 0 && ReadUsualLine(message) ? ParseState::kComplete : ParseParts(message);
  }

  // With kComplete.
  size_t begin() const { return begin_; }   // of the line, after empty lines
  size_t end() const { return position_; }  // one past the line's end
  // Case-sensitive, not checked against a list.
  std::string_view method(const char* message) const {
    return std::string_view(message + begin_, ends_.method - begin_);
  }
  // As sent: neither decoded nor checked for its form.
  std::string_view target(const char* message) const {
    return std::string_view(message + ends_.method + 1, ends_.target - ends_.method - 1);
  }
  // Of HTTP/1: 0 to 9; more than 1 is to be treated as 1 (RFC 9110 section 2.5).
  int minor_version() const { return minor_version_; }

  const ParseError& error() const { return error_; }  // with kError

 private:
  enum class Part { kEmptyLines, kMethod, kTarget, kVersion, kLineEnd };

  bool ReadUsualLine(std::string_view message) {
    position_ = read_usual_line_(message, max_size_, ends_);
    begin_ = 0;
    minor_version_ = 1;
    return position_ > 0;
  }
  ParseState ParseParts(std::string_view message);
  // Each reads the part that it is named after.
  ParseState ParseEmptyLines(std::string_view message);
  ParseState ParseMethod(std::string_view message);
  ParseState ParseTarget(std::string_view message);
  ParseState ParseVersion(std::string_view message);
  ParseState ParseLineEnd(std::string_view message);
  ParseState Fail(StatusCode status, std::string_view rfc, std::string_view reason);
  ParseState Bad(std::string_view reason);

  size_t max_size_;
  size_t max_empty_lines_;
  bool bare_lf_;
  ReadUsualRequestLineFunction* read_usual_line_;

  Part part_ = Part::kEmptyLines;
  size_t position_ = 0;  // all before it is read
  size_t begin_ = 0;
  RequestLineEnds ends_;
  size_t empty_lines_ = 0;
  int minor_version_ = 0;
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_LINE_PARSER_H_
