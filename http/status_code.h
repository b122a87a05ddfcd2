// StatusCode names the response status codes of HTTP, with their standard reason phrases.
//
// Plain values: pure, thread-safe, usable anywhere.
#ifndef FORKLIFT_HTTP_STATUS_CODE_H_
#define FORKLIFT_HTTP_STATUS_CODE_H_

#include <string_view>

namespace forklift::http {

// RFC 9110 section 15, and RFC 6585 for 429 and 431. Any number from 100 to 999 may be cast to it.
enum class StatusCode : int {
  kContinue = 100,
  kSwitchingProtocols = 101,
  kOk = 200,
  kCreated = 201,
  kAccepted = 202,
  kNoContent = 204,
  kPartialContent = 206,
  kMovedPermanently = 301,
  kFound = 302,
  kSeeOther = 303,
  kNotModified = 304,
  kTemporaryRedirect = 307,
  kPermanentRedirect = 308,
  kBadRequest = 400,
  kUnauthorized = 401,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
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
  kUpgradeRequired = 426,
  kTooManyRequests = 429,
  kRequestHeaderFieldsTooLarge = 431,
  kInternalServerError = 500,
  kNotImplemented = 501,
  kBadGateway = 502,
  kServiceUnavailable = 503,
  kGatewayTimeout = 504,
  kHttpVersionNotSupported = 505,
};

// "OK", "Not Found", ...; empty for a code without a name here, which HTTP allows (RFC 9112 section
// 4).
std::string_view ReasonPhrase(StatusCode code);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_STATUS_CODE_H_
