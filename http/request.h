// Request is the head of a request with what it means: what every server must find out, and
// refuse, before it acts on one.
//
// Pure: views into the head's bytes, nothing is allocated. Thread-safe.
#ifndef FORKLIFT_HTTP_REQUEST_H_
#define FORKLIFT_HTTP_REQUEST_H_

#include <optional>

#include "forklift/http/authority.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/request_target.h"

namespace forklift::http {

struct Request {
  RequestHead head;
  Method method = Method::kOther;
  RequestTarget target = {};
  // The server that is meant: the target names it, or else Host does (RFC 9112 section 3.2.2). Only
  // HTTP/1.0 may leave it out.
  std::optional<Authority> authority;
  BodyFraming body;
  bool expects_continue = false;  // the client holds the body back (RFC 9110 section 10.1.1)
  bool persists = false;          // the client wants the connection to go on
};

// Sets the rest of `request` to what `request.head` means, or says why it is to be refused and the
// connection closed: 400 for framing, Host and target; 413 for a Content-Length beyond
// `limits.body`; 417 for an expectation other than 100-continue; 501 for transfer codings other
// than chunked. Then only the method is set, which the answer depends on, and the rest is as new.
std::optional<ParseError> ReadRequest(const Limits& limits, Request& request);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_H_
