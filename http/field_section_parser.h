// FieldSectionParser reads field lines up to the empty line that ends them: of a request, of a
// response, or behind a chunked body (RFC 9112 section 5).
//
// Resumable over any split of the input, and it never looks twice at a line: bytes that arrive one
// by one cost linear time. Zero-copy: places in the caller's buffer, which may move between the
// calls. It allocates only when a message has more fields than any before it. Pure. One thread at a
// time.
//
// Strict: no white space before a colon or a line, no folded lines, no control characters, no lone
// CR.
#ifndef FORKLIFT_HTTP_FIELD_SECTION_PARSER_H_
#define FORKLIFT_HTTP_FIELD_SECTION_PARSER_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/usual_lines.h"

namespace forklift::http {

class FieldSectionParser {
 public:
  // Of `limits` it keeps field_line, fields and bare_lf.
  explicit FieldSectionParser(const Limits& limits,
                              InstructionSet instructions = BestInstructionSet());

  // For the next section, which begins at the message's byte `begin` and may reach to its byte
  // `end_limit`, exclusive, with its empty line; below 4 GiB.
  void Begin(size_t begin, size_t end_limit) {
    CHECK_LE(end_limit, std::numeric_limits<uint32_t>::max())
        << "FieldSectionParser: the section may become too large";
    end_limit_ = std::max(begin, end_limit);
    lines_ = {.line = begin, .scanned = begin};
  }

  // `message` is all of the message that is at hand, from its first byte: what an earlier call was
  // given, and more. Errors: 400, or 431 for what is beyond a limit (RFC 6585 section 5).
  ParseState Parse(std::string_view message) {
    return ReadUsualLines(Decided(message)) ? ParseState::kComplete : ParseLines(message);
  }

  // With kComplete. The fields are views into `message`, and good until Begin.
  size_t end() const { return lines_.line; }  // one past the empty line
  HeaderFields fields(const char* message) const {
    return HeaderFields(message, places_.data(), lines_.count, lines_.names);
  }

  const ParseError& error() const { return error_; }  // with kError

 private:
  // What is at hand of the section, but for a CR at its end: the next byte tells what it is.
  std::string_view Decided(std::string_view message) const {
    std::string_view decided = message.substr(0, end_limit_);
    if (decided.ends_with('\r')) decided.remove_suffix(1);
    return decided;
  }
  bool ReadUsualLines(std::string_view decided) {
    return read_usual_lines_(decided, max_line_, absl::MakeSpan(places_), lines_);
  }
  ParseState ParseLines(std::string_view message);
  std::optional<ParseState> ReadLine(std::string_view message, std::string_view decided);
  bool AddField(std::string_view message, size_t line_end);
  ParseState FailAtControl(std::string_view message, size_t offset);
  ParseState FailInName(std::string_view message, size_t offset, size_t line_end);
  ParseState Bad(size_t offset, std::string_view rfc, std::string_view reason);
  ParseState TooLarge(size_t offset, std::string_view reason);

  size_t max_line_;
  size_t max_fields_;
  bool bare_lf_;
  ReadUsualLinesFunction* read_usual_lines_;
  size_t end_limit_ = 0;
  FieldLines lines_;
  std::vector<FieldPlace> places_;  // lines_.count of them are in use
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_FIELD_SECTION_PARSER_H_
