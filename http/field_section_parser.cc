#include "forklift/http/field_section_parser.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "forklift/http/character_scan.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "forklift/http/usual_lines.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {
namespace {

constexpr size_t kUsualFields = 32;

}  // namespace

FieldSectionParser::FieldSectionParser(const Limits& limits, InstructionSet instructions)
    : max_line_(ClampLimits(limits).field_line),
      max_fields_(ClampLimits(limits).fields),
      bare_lf_(limits.bare_lf),
      read_usual_lines_(http::ReadUsualLines(instructions)),
      places_(std::min(kUsualFields, limits.fields)) {}

// Goes on where the line at lines_.line is no usual one.
ParseState FieldSectionParser::ParseLines(std::string_view message) {
  const std::string_view decided = Decided(message);
  for (;;) {
    const std::optional<ParseState> state = ReadLine(message, decided);
    if (state.has_value()) return *state;
    if (ReadUsualLines(decided)) return ParseState::kComplete;
  }
}

// Takes the line at lines_.line, whatever it is. Nothing where there may be more lines.
std::optional<ParseState> FieldSectionParser::ReadLine(std::string_view message,
                                                       std::string_view decided) {
  const char* const end = decided.data() + decided.size();
  const size_t line_end = lines_.scanned + ValueLength(decided.data() + lines_.scanned, end);
  lines_.scanned = line_end;
  if (line_end - lines_.line > max_line_) {
    return TooLarge(lines_.line + max_line_, "a field line is too long");
  }
  if (line_end == decided.size()) {
    if (message.size() <= end_limit_) return ParseState::kIncomplete;
    return TooLarge(end_limit_, "the fields are too long");
  }
  const bool crlf = decided.substr(line_end, 2) == "\r\n";
  if (!crlf && (decided[line_end] != '\n' || !bare_lf_)) return FailAtControl(decided, line_end);
  const bool empty = line_end == lines_.line;
  if (!empty && !AddField(decided, line_end)) return ParseState::kError;
  lines_.line = line_end + (crlf ? 2 : 1);
  lines_.scanned = lines_.line;
  return empty ? std::optional(ParseState::kComplete) : std::nullopt;
}

// Takes the field line that ends at `line_end`.
bool FieldSectionParser::AddField(std::string_view message, size_t line_end) {
  const char* const line = message.data() + lines_.line;
  const char* const end = message.data() + line_end;
  const size_t name_size = TokenLength(line, end, message.data() + message.size());
  if (name_size == 0 || line[name_size] != ':') {
    FailInName(message, lines_.line + name_size, line_end);
    return false;
  }
  if (lines_.count == max_fields_) {
    TooLarge(lines_.line, "too many fields");
    return false;
  }
  if (lines_.count == places_.size()) {
    places_.resize(std::min(2 * places_.size(), max_fields_));
  }
  const std::string_view value =
      TrimWhitespace(std::string_view(line + name_size + 1, end - (line + name_size + 1)));
  const HeaderName id = FindHeaderName(std::string_view(line, name_size));
  const auto value_begin = static_cast<uint32_t>(value.data() - message.data());
  places_[lines_.count++] = {static_cast<uint32_t>(lines_.line), value_begin,
                             value_begin + static_cast<uint32_t>(value.size()),
                             static_cast<uint16_t>(name_size), id};
  lines_.names |= Bit(id);
  return true;
}

// The line ends at `line_end`, and the name does not go on at `offset`.
ParseState FieldSectionParser::FailInName(std::string_view message, size_t offset,
                                          size_t line_end) {
  if (offset == line_end) {
    return Bad(offset, "RFC 9112 section 5", "a field line without a colon");
  }
  if (!IsWhitespace(message[offset])) {
    return Bad(offset, "RFC 9110 section 5.1",
               offset == lines_.line && message[offset] == ':'
                   ? "a field without a name"
                   : "a character that no field name may have");
  }
  if (offset > lines_.line) {
    return Bad(offset, "RFC 9112 section 5.1",
               "white space in a field name, or between it and the colon");
  }
  if (lines_.count > 0) return Bad(offset, "RFC 9112 section 5.2", "a folded field line");
  return Bad(offset, "RFC 9112 section 2.2", "white space before the first field");
}

// A control character at `offset` that ends no line. What is wrong before it in its line comes
// first.
ParseState FieldSectionParser::FailAtControl(std::string_view message, size_t offset) {
  const char* const line = message.data() + lines_.line;
  const size_t name_size = TokenLength(line, message.data() + offset, message.data() + offset);
  if (lines_.line + name_size < offset && (name_size == 0 || line[name_size] != ':')) {
    return FailInName(message, lines_.line + name_size, offset);
  }
  switch (message[offset]) {
    case '\r':
      return Bad(offset, "RFC 9112 section 2.2", "a CR without LF");
    case '\n':
      return Bad(offset, "RFC 9112 section 2.2", "a line that ends in LF alone");
    default:
      return Bad(offset, "RFC 9110 section 5.5", "a control character in a field");
  }
}

ParseState FieldSectionParser::Bad(size_t offset, std::string_view rfc, std::string_view reason) {
  error_ = ParseError{StatusCode::kBadRequest, offset, rfc, reason};
  return ParseState::kError;
}

ParseState FieldSectionParser::TooLarge(size_t offset, std::string_view reason) {
  error_ =
      ParseError{StatusCode::kRequestHeaderFieldsTooLarge, offset, "RFC 6585 section 5", reason};
  return ParseState::kError;
}

}  // namespace forklift::http
