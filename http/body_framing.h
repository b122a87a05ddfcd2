// FrameRequestBody and FrameResponseBody tell from a head how the body behind it is delimited (RFC
// 9112 section 6.3), and refuse what two recipients could understand in two ways.
//
// A head that one server ends elsewhere than the next one smuggles a request past the first. So
// nothing is repaired here: Content-Length is one line of digits, Transfer-Encoding one line that
// says "chunked", and never both. Pure and thread-safe.
//
//   BodyFraming framing;
//   const auto error = FrameRequestBody(head.fields, head.minor_version, framing);
//   if (error) return Refuse(*error);
//   BodyDecoder decoder(framing, limits);
#ifndef FORKLIFT_HTTP_BODY_FRAMING_H_
#define FORKLIFT_HTTP_BODY_FRAMING_H_

#include <stdint.h>

#include <optional>

#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"

namespace forklift::http {

struct BodyFraming {
  enum class Kind {
    kNone,        // the message ends with its head
    kLength,      // `length` bytes; may be 0
    kChunked,     // see ChunkedDecoder
    kUntilClose,  // all up to the end of the connection; responses only
  };

  Kind kind = Kind::kNone;
  uint64_t length = 0;  // with kLength

  friend bool operator==(const BodyFraming&, const BodyFraming&) = default;
};

// Whether a message with these fields says itself how its body is delimited.
inline bool HaveFraming(const HeaderFields& fields) {
  return fields.Has(HeaderName::kTransferEncoding) || fields.Has(HeaderName::kContentLength);
}

// The same as FrameRequestBody, for fields that have framing.
std::optional<ParseError> FrameBodyByFields(const HeaderFields& fields, int minor_version,
                                            BodyFraming& framing);

// Sets `framing` to that of a message with these fields and HTTP/1.`minor_version`. The error's
// status is 400, or 501 for a transfer coding before the last, "gzip, chunked" (RFC 9112 section
// 6.1); its offset is that of the wrong field's value in the message, the first's of several.
// `framing` is then of no use. Close the connection after it: nobody knows where the next request
// would begin.
inline std::optional<ParseError> FrameRequestBody(const HeaderFields& fields, int minor_version,
                                                  BodyFraming& framing) {
  if (HaveFraming(fields)) return FrameBodyByFields(fields, minor_version, framing);
  framing = {BodyFraming::Kind::kNone};
  return std::nullopt;
}

// The same for the response with `status` to a request with `request_method`. The error's status,
// 502, is for a gateway to answer with.
std::optional<ParseError> FrameResponseBody(const HeaderFields& fields, int minor_version,
                                            Method request_method, StatusCode status,
                                            BodyFraming& framing);

// Whether such a response can have a body at all (RFC 9112 section 6.3): not to HEAD, not 1xx, 204
// or 304, and not 2xx to CONNECT, behind whose head the tunnel begins. Its fields then don't
// matter: those to HEAD and those of 304 tell of the response to GET.
bool ResponseMayHaveBody(Method request_method, StatusCode status);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_BODY_FRAMING_H_
