#include "forklift/http/body_framing.h"

#include <stddef.h>
#include <stdint.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"
#include "forklift/http/token.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {
namespace {

using Kind = BodyFraming::Kind;

ParseError Bad(size_t offset, std::string_view rfc, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, rfc, reason};
}

// No coding that is registered has parameters, so they are refused with all else that is no token.
std::optional<ParseError> FrameByCodings(std::string_view codings, size_t offset,
                                         BodyFraming& framing) {
  constexpr std::string_view kRfc = "RFC 9112 section 6.1";
  bool chunked = false;
  bool others = false;
  for (const std::string_view element : absl::StrSplit(codings, ',')) {
    const std::string_view coding = TrimWhitespace(element);
    if (!IsToken(coding)) return Bad(offset, kRfc, "a bad list of transfer codings");
    if (chunked) return Bad(offset, kRfc, "a transfer coding after chunked");
    chunked = absl::EqualsIgnoreCase(coding, "chunked");
    others = others || !chunked;
  }
  if (!chunked) return Bad(offset, kRfc, "the last transfer coding is not chunked");
  if (others) {
    return ParseError{StatusCode::kNotImplemented, offset, kRfc,
                      "a transfer coding other than chunked"};
  }
  framing = {Kind::kChunked};
  return std::nullopt;
}

std::optional<ParseError> FrameByTransferEncoding(const HeaderFields& fields, int minor_version,
                                                  BodyFraming& framing) {
  constexpr std::string_view kRfc = "RFC 9112 section 6.1";
  const std::string_view value = *fields.Find(HeaderName::kTransferEncoding);
  const size_t offset = fields.Offset(value);
  if (minor_version == 0) return Bad(offset, kRfc, "Transfer-Encoding in HTTP/1.0");
  if (fields.Has(HeaderName::kContentLength)) {
    return Bad(offset, kRfc, "both Transfer-Encoding and Content-Length");
  }
  if (fields.Count(HeaderName::kTransferEncoding) > 1) {
    return Bad(offset, kRfc, "more than one Transfer-Encoding");
  }
  return FrameByCodings(value, offset, framing);
}

std::optional<ParseError> FrameByContentLength(const HeaderFields& fields, BodyFraming& framing) {
  constexpr std::string_view kRfc = "RFC 9112 section 6.3";
  const std::string_view value = *fields.Find(HeaderName::kContentLength);
  const size_t offset = fields.Offset(value);
  if (fields.Count(HeaderName::kContentLength) > 1) {
    return Bad(offset, kRfc, "more than one Content-Length");
  }
  // 1*DIGIT (RFC 9110 section 8.6): from_chars takes no space, no prefix and, for a type without
  // one, no sign.
  uint64_t length = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, length);
  if (error == std::errc::result_out_of_range) {
    return Bad(offset, kRfc, "a Content-Length beyond all measure");
  }
  if (error != std::errc{} || stop != end) {
    return Bad(offset, kRfc, "a Content-Length that is not a number");
  }
  framing = {Kind::kLength, length};
  return std::nullopt;
}

}  // namespace

std::optional<ParseError> FrameBodyByFields(const HeaderFields& fields, int minor_version,
                                            BodyFraming& framing) {
  return fields.Has(HeaderName::kTransferEncoding)
             ? FrameByTransferEncoding(fields, minor_version, framing)
             : FrameByContentLength(fields, framing);
}

std::optional<ParseError> FrameResponseBody(const HeaderFields& fields, int minor_version,
                                            Method request_method, StatusCode status,
                                            BodyFraming& framing) {
  if (!ResponseMayHaveBody(request_method, status)) {
    framing = {Kind::kNone};
    return std::nullopt;
  }
  if (!HaveFraming(fields)) {
    framing = {Kind::kUntilClose};
    return std::nullopt;
  }
  auto error = FrameBodyByFields(fields, minor_version, framing);
  if (error) error->status = StatusCode::kBadGateway;
  return error;
}

bool ResponseMayHaveBody(Method request_method, StatusCode status) {
  const bool tunnel = request_method == Method::kConnect && static_cast<int>(status) / 100 == 2;
  return MayHaveContent(status) && request_method != Method::kHead && !tunnel;
}

}  // namespace forklift::http
