// StatusLineParser reads the first line of a response: version, status and reason phrase (RFC 9112
// section 4).
//
// Resumable over any split of the input; an impossible byte is an error at once. Zero-copy: places
// in the caller's buffer, which may move between the calls. Pure, without allocation. One thread at
// a time.
//
// Strict: "HTTP/1.", a digit, one space, three digits, one space, which may not be left out, and a
// phrase without control characters, which may be empty.
#ifndef FORKLIFT_HTTP_STATUS_LINE_PARSER_H_
#define FORKLIFT_HTTP_STATUS_LINE_PARSER_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"

namespace forklift::http {

class StatusLineParser {
 public:
  // Of `limits` it keeps start_line and bare_lf.
  explicit StatusLineParser(const Limits& limits)
      : max_size_(ClampLimits(limits).start_line), bare_lf_(limits.bare_lf) {}

  // For the next response.
  void Reset() { position_ = 0; }

  // `message` is all that is at hand from the response's first byte on: what an earlier call was
  // given, and more. An error's status is what a gateway would answer: 502.
  ParseState Parse(std::string_view message);

  // With kComplete.
  size_t end() const { return end_; }  // one past the line's end
  StatusCode status() const { return status_; }
  std::string_view reason(const char* message) const {
    return std::string_view(message + kReason, position_ - kReason);
  }
  int minor_version() const { return minor_version_; }  // of HTTP/1: 0 to 9

  const ParseError& error() const { return error_; }  // with kError

 private:
  static constexpr size_t kReason = 13;  // where it begins: behind "HTTP/1.1 200 "

  ParseState Fail(std::string_view reason);

  size_t max_size_;
  bool bare_lf_;
  size_t position_ = 0;  // all before it is read
  size_t end_ = 0;
  StatusCode status_ = {};
  int minor_version_ = 0;
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_STATUS_LINE_PARSER_H_
