// ParseError says what is wrong with a message that a peer sent: data for the answer and the log,
// not a failure of this program.
#ifndef FORKLIFT_HTTP_PARSE_ERROR_H_
#define FORKLIFT_HTTP_PARSE_ERROR_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/status_code.h"

namespace forklift::http {

struct ParseError {
  StatusCode status;        // to answer with
  size_t offset;            // of the first wrong byte, from where parsing began
  std::string_view rfc;     // the rule that is broken, "RFC 9112 section 3"; a literal
  std::string_view reason;  // a literal: nothing of the peer's bytes is in it, so it is safe to log
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_PARSE_ERROR_H_
