// ParsedRequest is a request without a body, as a server makes it of what a client sent.
#ifndef FORKLIFT_TESTS_HTTP_FILES_PARSED_REQUEST_H_
#define FORKLIFT_TESTS_HTTP_FILES_PARSED_REQUEST_H_

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request.h"
#include "forklift/http/request_parser.h"

namespace forklift::tests {

class ParsedRequest {
 public:
  // `line` is "GET /"; `fields` end with a line end each, "Range: bytes=0-0\r\n".
  explicit ParsedRequest(std::string_view line, std::string_view fields = "")
      : text_(absl::StrCat(line, " HTTP/1.1\r\nHost: a\r\n", fields, "\r\n")) {
    http::Limits limits;
    limits.start_line = limits.head = 1 << 20;
    parser_ = http::RequestParser(limits);
    CHECK(parser_.Parse(text_) == http::ParseState::kComplete) << text_;
    request_.head = parser_.head();
    CHECK(!http::ReadRequest(limits, request_)) << text_;
  }
  ParsedRequest(const ParsedRequest&) = delete;
  ParsedRequest& operator=(const ParsedRequest&) = delete;

  const http::Request& operator*() const { return request_; }

 private:
  const std::string text_;
  http::RequestParser parser_;
  http::Request request_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_FILES_PARSED_REQUEST_H_
