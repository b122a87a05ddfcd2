// StatusCode names the response status codes of HTTP, with their standard reason phrases.
//
// Plain values: pure, thread-safe, usable anywhere.
#ifndef FORKLIFT_HTTP_STATUS_CODE_H_
#define FORKLIFT_HTTP_STATUS_CODE_H_

#include <string_view>

#include "forklift/http/padded_text.h"

namespace forklift::http {

// RFC 9110 section 15 without 305, which is deprecated; RFC 6585 for 428, 429, 431 and 511; RFC
// 8297 for 103; RFC 7725 for 451. Any number from 100 to 999 may be cast to it.
enum class StatusCode : int {
  kContinue = 100,
  kSwitchingProtocols = 101,
  kEarlyHints = 103,
  kOk = 200,
  kCreated = 201,
  kAccepted = 202,
  kNonAuthoritativeInformation = 203,
  kNoContent = 204,
  kResetContent = 205,
  kPartialContent = 206,
  kMultipleChoices = 300,
  kMovedPermanently = 301,
  kFound = 302,
  kSeeOther = 303,
  kNotModified = 304,
  kTemporaryRedirect = 307,
  kPermanentRedirect = 308,
  kBadRequest = 400,
  kUnauthorized = 401,
  kPaymentRequired = 402,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kNotAcceptable = 406,
  kProxyAuthenticationRequired = 407,
  kRequestTimeout = 408,
  kConflict = 409,
  kGone = 410,
  kLengthRequired = 411,
  kPreconditionFailed = 412,
  kContentTooLarge = 413,
  kUriTooLong = 414,
  kUnsupportedMediaType = 415,
  kRangeNotSatisfiable = 416,
  kExpectationFailed = 417,
  kMisdirectedRequest = 421,
  kUnprocessableContent = 422,
  kUpgradeRequired = 426,
  kPreconditionRequired = 428,
  kTooManyRequests = 429,
  kRequestHeaderFieldsTooLarge = 431,
  kUnavailableForLegalReasons = 451,
  kInternalServerError = 500,
  kNotImplemented = 501,
  kBadGateway = 502,
  kServiceUnavailable = 503,
  kGatewayTimeout = 504,
  kHttpVersionNotSupported = 505,
  kNetworkAuthenticationRequired = 511,
};

// "OK", "Not Found", ...; empty for a code without a name here, which HTTP allows (RFC 9112 section
// 4).
std::string_view ReasonPhrase(StatusCode code);

// "HTTP/1.1 200 OK" with its CRLF (RFC 9112 section 4); null for a code without a name here.
using StatusLineText = PaddedText<47>;
const StatusLineText* StatusLine(StatusCode code);

// 1xx: an interim response, which a final one follows (RFC 9110 section 15.2).
inline bool IsInformational(StatusCode code) {
  return StatusCode{100} <= code && code <= StatusCode{199};
}

// False for 1xx, 204 and 304: such a response ends with its head, whatever its fields say (RFC 9112
// section 6.3). True for 205, whose content is empty but framed like any other.
inline bool MayHaveContent(StatusCode code) {
  return !IsInformational(code) && code != StatusCode::kNoContent &&
         code != StatusCode::kNotModified;
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_STATUS_CODE_H_
