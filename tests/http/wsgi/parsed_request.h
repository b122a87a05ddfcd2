// ParsedRequest is the head of a request, as a server makes it of what a client sent.
#ifndef FORKLIFT_TESTS_HTTP_WSGI_PARSED_REQUEST_H_
#define FORKLIFT_TESTS_HTTP_WSGI_PARSED_REQUEST_H_

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/server/conversation.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/address.h"

namespace forklift::tests {

class ParsedRequest {
 public:
  // `head` is without its last, empty line: "GET / HTTP/1.1\r\nHost: a\r\n".
  explicit ParsedRequest(std::string_view head,
                         const net::Address& client = net::Address::Ipv4Loopback(50000))
      : text_(absl::StrCat(head, "\r\n")), client_(client) {
    CHECK(parser_.Parse(text_) == http::ParseState::kComplete) << text_;
    request_.head = parser_.head();
    CHECK(!http::ReadRequest(http::Limits(), request_)) << text_;
  }
  ParsedRequest(const ParsedRequest&) = delete;
  ParsedRequest& operator=(const ParsedRequest&) = delete;

  // What a handler gets.
  http::server::Request In(http::server::Conversation* conversation) const {
    return {.message = request_,
            .client = client_,
            .body = {},
            .trailers = {},
            .conversation = conversation};
  }

 private:
  const std::string text_;
  const net::Address client_;
  http::RequestParser parser_ = http::RequestParser(http::Limits());
  http::Request request_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_PARSED_REQUEST_H_
