#include "forklift/http/request_line_parser.h"

#include <stddef.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "forklift/http/token.h"

namespace forklift::http {
namespace {

constexpr std::string_view kRequestLine = "RFC 9112 section 3";
constexpr std::string_view kVersionForm = "HTTP/0.0";  // 0 is any digit

// Whether `c` may stand at `index` of a version.
bool FitsVersion(char c, size_t index) {
  const char wanted = kVersionForm[index];
  return wanted == '0' ? absl::ascii_isdigit(static_cast<unsigned char>(c)) : c == wanted;
}

}  // namespace

ParseState RequestLineParser::ParseEmptyLines(std::string_view message) {
  while (position_ < message.size()) {
    if (message[position_] != '\r' && message[position_] != '\n') {
      begin_ = position_;
      return ParseState::kComplete;
    }
    if (empty_lines_ == max_empty_lines_) {
      return Fail(StatusCode::kBadRequest, "RFC 9112 section 2.2", "too many empty lines");
    }
    const ParseState state = ParseLineEnd(message);
    if (state != ParseState::kComplete) return state;
    ++empty_lines_;
  }
  return ParseState::kIncomplete;
}

ParseState RequestLineParser::ParseMethod(std::string_view message) {
  const size_t line_limit = begin_ + max_size_;
  const size_t limit = std::min(line_limit, message.size());
  while (position_ < limit && IsTokenCharacter(message[position_])) ++position_;
  if (position_ == line_limit) {
    return Fail(StatusCode::kNotImplemented, kRequestLine, "the method is too long");
  }
  if (position_ == message.size()) return ParseState::kIncomplete;
  if (position_ == begin_) {
    return Bad("the request line does not begin with a method");
  }
  if (message[position_] != ' ') return Bad("no single space after the method");
  ends_.method = position_++;
  return ParseState::kComplete;
}

ParseState RequestLineParser::ParseTarget(std::string_view message) {
  const size_t line_limit = begin_ + max_size_;
  const char* const end = message.data() + message.size();
  position_ += TargetLength(message.data() + position_,
                            message.data() + std::min(line_limit, message.size()), end);
  if (position_ == line_limit) {
    return Fail(StatusCode::kUriTooLong, kRequestLine, "the target is too long");
  }
  if (position_ == message.size()) return ParseState::kIncomplete;
  if (position_ == ends_.method + 1) return Bad("no target after the method");
  const char stop = message[position_];
  if (stop == '\r' || stop == '\n') return Bad("no version after the target");
  if (stop != ' ') return Bad("a character that no target may have");
  ends_.target = position_++;
  return ParseState::kComplete;
}

ParseState RequestLineParser::ParseVersion(std::string_view message) {
  const size_t line_limit = begin_ + max_size_;
  const size_t version = ends_.target + 1;
  const size_t version_end = version + kVersionForm.size();
  for (; position_ < version_end; ++position_) {
    if (position_ == line_limit) {
      return Fail(StatusCode::kUriTooLong, kRequestLine, "the target is too long");
    }
    if (position_ == message.size()) return ParseState::kIncomplete;
    if (!FitsVersion(message[position_], position_ - version)) {
      return Bad("the request line does not end with a version like HTTP/1.1");
    }
  }
  if (message[version + 5] != '1') {
    position_ = version + 5;
    return Fail(StatusCode::kHttpVersionNotSupported, "RFC 9110 section 15.6.6",
                "a version other than HTTP/1");
  }
  minor_version_ = message[version + 7] - '0';
  return ParseState::kComplete;
}

ParseState RequestLineParser::ParseLineEnd(std::string_view message) {
  if (position_ == message.size()) return ParseState::kIncomplete;
  if (message[position_] == '\r') {
    if (position_ + 1 == message.size()) return ParseState::kIncomplete;
    if (message[position_ + 1] != '\n') {
      return Fail(StatusCode::kBadRequest, "RFC 9112 section 2.2", "a CR without LF");
    }
    position_ += 2;
    return ParseState::kComplete;
  }
  if (message[position_] != '\n') {
    return Bad("the request line does not end with a version like HTTP/1.1");
  }
  if (!bare_lf_) {
    return Fail(StatusCode::kBadRequest, "RFC 9112 section 2.2", "a line that ends in LF alone");
  }
  ++position_;
  return ParseState::kComplete;
}

ParseState RequestLineParser::ParseParts(std::string_view message) {
  ParseState state = ParseState::kComplete;
  switch (part_) {
    case Part::kEmptyLines:
      state = ParseEmptyLines(message);
      if (state != ParseState::kComplete) return state;
      part_ = Part::kMethod;
      [[fallthrough]];
    case Part::kMethod:
      state = ParseMethod(message);
      if (state != ParseState::kComplete) return state;
      part_ = Part::kTarget;
      [[fallthrough]];
    case Part::kTarget:
      state = ParseTarget(message);
      if (state != ParseState::kComplete) return state;
      part_ = Part::kVersion;
      [[fallthrough]];
    case Part::kVersion:
      state = ParseVersion(message);
      if (state != ParseState::kComplete) return state;
      part_ = Part::kLineEnd;
      [[fallthrough]];
    case Part::kLineEnd:
      return ParseLineEnd(message);
  }
  return state;
}

ParseState RequestLineParser::Fail(StatusCode status, std::string_view rfc,
                                   std::string_view reason) {
  error_ = {status, position_, rfc, reason};
  return ParseState::kError;
}

ParseState RequestLineParser::Bad(std::string_view reason) {
  return Fail(StatusCode::kBadRequest, kRequestLine, reason);
}

}  // namespace forklift::http
