#include "forklift/http/chunk_line_parser.h"

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <string_view>

#include "forklift/http/field_text.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/token.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {
namespace {

constexpr int kMaxDigits = 16;  // of a uint64_t; more would be zeros in front

constexpr std::array<int8_t, 256> kDigitValues = [] {
  std::array<int8_t, 256> values = {};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values['0' + i] = static_cast<int8_t>(i);
  for (int i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<int8_t>(10 + i);
  return values;
}();

}  // namespace

ParseState ChunkLineParser::Parse(std::string_view input, size_t& consumed) {
  size_t at = 0;
  if (state_ == State::kSize) {
    at = ReadSize(input);
    consumed = at;
    if (digits_ > kMaxDigits) return Fail("a chunk size of more than 16 digits");
    if (at == input.size()) return ParseState::kIncomplete;
    if (digits_ == 0) return Fail("a chunk without a size");
    if (input[at] == '\r') {
      state_ = State::kLineFeed;
      ++at;
    }
  }
  for (; at < input.size(); ++at) {
    const char c = input[at];
    consumed = at;
    if (state_ == State::kLineFeed) {
      if (c != '\n') return Fail("a CR without LF in a chunk's line");
      consumed = at + 1;
      state_ = State::kSize;
      digits_ = 0;
      return ParseState::kComplete;
    }
    if (!ReadExtension(c)) return Fail("a chunk's line is neither a size nor extensions");
    if (state_ == State::kLineFeed) continue;
    if (extension_room_ == 0) return Fail("too many chunk extensions");
    --extension_room_;
  }
  consumed = at;
  return ParseState::kIncomplete;
}

// Takes digits, and returns the place of the first byte that is none, or is one too many.
inline size_t ChunkLineParser::ReadSize(std::string_view input) {
  uint64_t size = digits_ > 0 ? size_ : 0;
  int digits = digits_;
  size_t at = 0;
  for (; at < input.size(); ++at) {
    const int8_t digit = kDigitValues[static_cast<unsigned char>(input[at])];
    if (digit < 0 || ++digits > kMaxDigits) break;
    size = 16 * size + static_cast<uint64_t>(digit);
  }
  size_ = size;
  digits_ = digits;
  return at;
}

// Takes a byte behind the size; false where it can't be there.
bool ChunkLineParser::ReadExtension(char c) {
  switch (state_) {
    case State::kSize:
      return EndPart(c);
    case State::kBeforeSemicolon:
      if (IsWhitespace(c)) return true;
      return c == ';' && EndPart(c);
    case State::kBeforeName:
      if (IsWhitespace(c)) return true;
      state_ = State::kName;
      return IsTokenCharacter(c);
    case State::kName:
      if (IsTokenCharacter(c)) return true;
      if (c != '=' && !IsWhitespace(c)) return EndPart(c);
      state_ = c == '=' ? State::kBeforeValue : State::kAfterName;
      return true;
    case State::kAfterName:
      if (IsWhitespace(c)) return true;
      if (c == ';') return EndPart(c);
      state_ = State::kBeforeValue;
      return c == '=';
    case State::kBeforeValue:
      if (IsWhitespace(c)) return true;
      state_ = c == '"' ? State::kQuoted : State::kValue;
      return c == '"' || IsTokenCharacter(c);
    case State::kValue:
      return IsTokenCharacter(c) || EndPart(c);
    case State::kQuoted:
      if (c == '"') state_ = State::kAfterQuoted;
      if (c == '\\') state_ = State::kEscaped;
      return IsFieldTextCharacter(c);
    case State::kEscaped:
      state_ = State::kQuoted;
      return IsFieldTextCharacter(c);
    case State::kAfterQuoted:
      return EndPart(c);
    case State::kLineFeed:
      break;
  }
  return false;
}

// After a size, a name or a value.
bool ChunkLineParser::EndPart(char c) {
  if (c == ';') {
    state_ = State::kBeforeName;
  } else if (c == '\r') {
    state_ = State::kLineFeed;
  } else {
    state_ = State::kBeforeSemicolon;
    return IsWhitespace(c);
  }
  return true;
}

ParseState ChunkLineParser::Fail(std::string_view reason) {
  reason_ = reason;
  return ParseState::kError;
}

}  // namespace forklift::http
