#include "forklift/http/request.h"

#include <stddef.h>

#include <optional>
#include <string_view>

#include "absl/strings/match.h"
#include "forklift/http/authority.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/connection_options.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/request_target.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

// RFC 9112 section 3.2: one Host field, which HTTP/1.0 may leave out.
std::optional<ParseError> ReadHost(const RequestHead& head, std::optional<Authority>& authority) {
  constexpr std::string_view kRule = "RFC 9112 section 3.2";
  const std::optional<std::string_view> host = head.fields.Find(HeaderName::kHost);
  if (!host) {
    if (head.minor_version == 0) return std::nullopt;
    return ParseError{StatusCode::kBadRequest, head.size, kRule, "no Host field"};
  }
  const size_t offset = head.fields.Offset(*host);
  if (head.fields.Count(HeaderName::kHost) > 1) {
    return ParseError{StatusCode::kBadRequest, offset, kRule, "more than one Host field"};
  }
  auto error = ParseAuthority(*host, authority.emplace());
  if (error) error->offset += offset;
  return error;
}

// RFC 9110 section 10.1.1. An HTTP/1.0 client knows no interim response, whatever it says.
std::optional<ParseError> ReadExpectation(const RequestHead& head, bool& expects_continue) {
  if (!head.fields.Has(HeaderName::kExpect) || head.minor_version == 0) return std::nullopt;
  for (const Field field : head.fields) {
    if (field.id != HeaderName::kExpect) continue;
    if (!absl::EqualsIgnoreCase(field.value, "100-continue")) {
      return ParseError{StatusCode::kExpectationFailed, head.fields.Offset(field.value),
                        "RFC 9110 section 10.1.1", "an expectation other than 100-continue"};
    }
  }
  expects_continue = true;
  return std::nullopt;
}

// What ReadRequest does but for clearing up.
std::optional<ParseError> Read(const Limits& limits, Request& request) {
  const RequestHead& head = request.head;
  // First of all where the request ends: no later refusal may leave that open.
  if (auto error = FrameRequestBody(head.fields, head.minor_version, request.body)) return error;

  request.authority.reset();
  if (auto error = ReadHost(head, request.authority)) return error;
  if (auto error = ParseRequestTarget(request.method, head.target, request.target)) {
    error->offset += head.fields.Offset(head.target);
    return error;
  }
  if (request.target.authority) request.authority = request.target.authority;

  if (request.body.kind == BodyFraming::Kind::kLength && request.body.length > limits.body) {
    return ParseError{StatusCode::kContentTooLarge,
                      head.fields.Offset(*head.fields.Find(HeaderName::kContentLength)),
                      "RFC 9110 section 15.5.14", "the body is too large"};
  }
  request.expects_continue = false;
  if (auto error = ReadExpectation(head, request.expects_continue)) return error;
  request.persists = Persists(ReadConnectionOptions(head.fields), head.minor_version);
  return std::nullopt;
}

}  // namespace

std::optional<ParseError> ReadRequest(const Limits& limits, Request& request) {
  request.method = ParseMethod(request.head.method);
  std::optional<ParseError> error = Read(limits, request);
  if (error) request = {.head = request.head, .method = request.method};
  return error;
}

}  // namespace forklift::http
