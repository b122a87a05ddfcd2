#include "forklift/http/status_line_parser.h"

#include <stddef.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

// What stands before the reason phrase: 0 is any digit, 1 a first digit, which is not 0.
constexpr std::string_view kForm = "HTTP/x.0 100 ";

bool Fits(char c, char form) {
  switch (form) {
    case 'x':
      return c == '1';
    case '1':
      return '1' <= c && c <= '9';
    case '0':
      return absl::ascii_isdigit(static_cast<unsigned char>(c));
    default:
      return c == form;
  }
}

}  // namespace

ParseState StatusLineParser::Parse(std::string_view message) {
  static_assert(kForm.size() == kReason);
  for (; position_ < kReason; ++position_) {
    if (position_ == message.size()) return ParseState::kIncomplete;
    if (!Fits(message[position_], kForm[position_])) {
      return Fail("the status line does not begin like HTTP/1.1 200 and a space");
    }
  }
  const size_t limit = std::min(max_size_, message.size());
  if (position_ < limit) {
    position_ += ValueLength(message.data() + position_, message.data() + limit);
  }
  if (position_ == message.size()) return ParseState::kIncomplete;
  if (message[position_] == '\r') {
    if (position_ + 1 == message.size()) return ParseState::kIncomplete;
    if (message[position_ + 1] != '\n') return Fail("a CR without LF");
    end_ = position_ + 2;
  } else if (message[position_] == '\n' && bare_lf_) {
    end_ = position_ + 1;
  } else {
    return Fail(position_ >= max_size_       ? "the status line is too long"
                : message[position_] == '\n' ? "a line that ends in LF alone"
                                             : "a control character in the reason phrase");
  }
  const auto digit = [&](size_t at) { return message[at] - '0'; };
  minor_version_ = digit(7);
  status_ = static_cast<StatusCode>(100 * digit(9) + 10 * digit(10) + digit(11));
  return ParseState::kComplete;
}

ParseState StatusLineParser::Fail(std::string_view reason) {
  error_ = {StatusCode::kBadGateway, position_, "RFC 9112 section 4", reason};
  return ParseState::kError;
}

}  // namespace forklift::http
