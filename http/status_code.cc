#include "forklift/http/status_code.h"

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <iterator>
#include <string_view>

#include "forklift/http/padded_text.h"

namespace forklift::http {
namespace {

struct Name {
  StatusCode code;
  std::string_view phrase;
};

constexpr Name kNames[] = {
    {StatusCode::kContinue, "Continue"},
    {StatusCode::kSwitchingProtocols, "Switching Protocols"},
    {StatusCode::kEarlyHints, "Early Hints"},
    {StatusCode::kOk, "OK"},
    {StatusCode::kCreated, "Created"},
    {StatusCode::kAccepted, "Accepted"},
    {StatusCode::kNonAuthoritativeInformation, "Non-Authoritative Information"},
    {StatusCode::kNoContent, "No Content"},
    {StatusCode::kResetContent, "Reset Content"},
    {StatusCode::kPartialContent, "Partial Content"},
    {StatusCode::kMultipleChoices, "Multiple Choices"},
    {StatusCode::kMovedPermanently, "Moved Permanently"},
    {StatusCode::kFound, "Found"},
    {StatusCode::kSeeOther, "See Other"},
    {StatusCode::kNotModified, "Not Modified"},
    {StatusCode::kTemporaryRedirect, "Temporary Redirect"},
    {StatusCode::kPermanentRedirect, "Permanent Redirect"},
    {StatusCode::kBadRequest, "Bad Request"},
    {StatusCode::kUnauthorized, "Unauthorized"},
    {StatusCode::kPaymentRequired, "Payment Required"},
    {StatusCode::kForbidden, "Forbidden"},
    {StatusCode::kNotFound, "Not Found"},
    {StatusCode::kMethodNotAllowed, "Method Not Allowed"},
    {StatusCode::kNotAcceptable, "Not Acceptable"},
    {StatusCode::kProxyAuthenticationRequired, "Proxy Authentication Required"},
    {StatusCode::kRequestTimeout, "Request Timeout"},
    {StatusCode::kConflict, "Conflict"},
    {StatusCode::kGone, "Gone"},
    {StatusCode::kLengthRequired, "Length Required"},
    {StatusCode::kPreconditionFailed, "Precondition Failed"},
    {StatusCode::kContentTooLarge, "Content Too Large"},
    {StatusCode::kUriTooLong, "URI Too Long"},
    {StatusCode::kUnsupportedMediaType, "Unsupported Media Type"},
    {StatusCode::kRangeNotSatisfiable, "Range Not Satisfiable"},
    {StatusCode::kExpectationFailed, "Expectation Failed"},
    {StatusCode::kMisdirectedRequest, "Misdirected Request"},
    {StatusCode::kUnprocessableContent, "Unprocessable Content"},
    {StatusCode::kUpgradeRequired, "Upgrade Required"},
    {StatusCode::kPreconditionRequired, "Precondition Required"},
    {StatusCode::kTooManyRequests, "Too Many Requests"},
    {StatusCode::kRequestHeaderFieldsTooLarge, "Request Header Fields Too Large"},
    {StatusCode::kUnavailableForLegalReasons, "Unavailable For Legal Reasons"},
    {StatusCode::kInternalServerError, "Internal Server Error"},
    {StatusCode::kNotImplemented, "Not Implemented"},
    {StatusCode::kBadGateway, "Bad Gateway"},
    {StatusCode::kServiceUnavailable, "Service Unavailable"},
    {StatusCode::kGatewayTimeout, "Gateway Timeout"},
    {StatusCode::kHttpVersionNotSupported, "HTTP Version Not Supported"},
    {StatusCode::kNetworkAuthenticationRequired, "Network Authentication Required"},
};

constexpr std::string_view kVersion = "HTTP/1.1 ";

constexpr std::array<StatusLineText, std::size(kNames)> kLines = [] {
  std::array<StatusLineText, std::size(kNames)> lines = {};
  for (size_t i = 0; i < lines.size(); ++i) {
    const int code = static_cast<int>(kNames[i].code);
    const char digits[] = {static_cast<char>('0' + code / 100),
                           static_cast<char>('0' + code / 10 % 10),
                           static_cast<char>('0' + code % 10)};
    lines[i].Append(kVersion);
    lines[i].Append(std::string_view(digits, 3));
    lines[i].Append(" ");
    lines[i].Append(kNames[i].phrase);
    lines[i].Append("\r\n");
  }
  return lines;
}();

// By its code, the number of the line, counted from 1.
constexpr std::array<uint8_t, 512> kLineOfCode = [] {
  std::array<uint8_t, 512> numbers = {};
  uint8_t number = 0;
  for (const Name& name : kNames) numbers[static_cast<size_t>(name.code)] = ++number;
  return numbers;
}();

}  // namespace

const StatusLineText* StatusLine(StatusCode code) {
  const auto index = static_cast<size_t>(code);
  if (index >= kLineOfCode.size() || kLineOfCode[index] == 0) return nullptr;
  return &kLines[kLineOfCode[index] - 1];
}

std::string_view ReasonPhrase(StatusCode code) {
  const StatusLineText* const line = StatusLine(code);
  return line == nullptr ? std::string_view() : kNames[line - kLines.data()].phrase;
}

}  // namespace forklift::http
