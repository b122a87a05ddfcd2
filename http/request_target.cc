#include "forklift/http/request_target.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "forklift/http/authority.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/status_code.h"
#include "forklift/http/uri_characters.h"

namespace forklift::http {
namespace {

using Form = RequestTarget::Form;
using Parsed = std::variant<RequestTarget, ParseError>;

ParseError BadRequest(size_t offset, std::string_view rfc, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, rfc, reason};
}

// What is wrong with the path and query that begin at `begin` of `target`, if anything.
std::optional<ParseError> CheckPathAndQuery(std::string_view target, size_t begin) {
  const char* const end = target.data() + target.size();
  const bool plain = begin + TargetLength(target.data() + begin, end, end) == target.size() &&
                     !absl::StrContains(target, '%');
  if (plain) return std::nullopt;
  const size_t query_begin = std::min(target.find('?', begin), target.size());
  for (size_t i = begin; i < target.size(); ++i) {
    if (kTargetCharacters.contains(target[i])) continue;
    if (target[i] != '%') {
      return BadRequest(i, "RFC 9112 section 3.2", "a character that no target may have");
    }
    const std::optional<unsigned char> byte = DecodePercentTriplet(target, i);
    if (!byte) {
      return BadRequest(i, "RFC 3986 section 2.1", "a percent sign without two hexadecimal digits");
    }
    if (*byte == 0 && i < query_begin) {
      return BadRequest(i, "RFC 3986 section 7.3", "a percent-encoded NUL");
    }
  }
  return std::nullopt;
}

// Takes the path and query, which begin at `begin`, into `parsed`, which is a RequestTarget.
void TakePathAndQuery(std::string_view target, size_t begin, Parsed& parsed) {
  if (const std::optional<ParseError> error = CheckPathAndQuery(target, begin)) {
    parsed = *error;
    return;
  }
  auto& whole = *std::get_if<RequestTarget>(&parsed);
  const size_t question_mark = target.find('?', begin);
  whole.path = target.substr(begin, question_mark - begin);
  if (question_mark != target.npos) whole.query = target.substr(question_mark + 1);
}

Parsed ParseAuthorityForm(std::string_view target) {
  const std::variant<Authority, ParseError> authority = ParseAuthority(target);
  if (const auto* error = std::get_if<ParseError>(&authority)) return *error;
  RequestTarget parsed = {Form::kAuthority, std::get<Authority>(authority)};
  if (!parsed.authority->port) {
    return BadRequest(target.size(), "RFC 9110 section 9.3.6", "CONNECT without a port");
  }
  return parsed;
}

Parsed ParseAbsoluteForm(Method method, std::string_view target) {
  const bool https = absl::StartsWithIgnoreCase(target, "https://");
  if (!https && !absl::StartsWithIgnoreCase(target, "http://")) {
    return BadRequest(0, "RFC 9112 section 3.2",
                      "neither a path nor a URI of the schemes http and https");
  }
  const size_t begin = https ? 8 : 7;
  const size_t end = std::min(target.find_first_of("/?", begin), target.size());
  const std::variant<Authority, ParseError> authority =
      ParseAuthority(target.substr(begin, end - begin));
  if (const auto* error = std::get_if<ParseError>(&authority)) {
    ParseError shifted = *error;
    shifted.offset += begin;
    return shifted;
  }
  Parsed parsed = RequestTarget{Form::kAbsolute, std::get<Authority>(authority), https, {}, {}};
  TakePathAndQuery(target, end, parsed);
  if (auto* whole = std::get_if<RequestTarget>(&parsed); whole != nullptr && whole->path.empty()) {
    whole->path = method == Method::kOptions && !whole->query ? "*" : "/";
  }
  return parsed;
}

Parsed ParseOriginForm(std::string_view target) {
  Parsed parsed(std::in_place_type<RequestTarget>);
  std::get_if<RequestTarget>(&parsed)->form = Form::kOrigin;
  TakePathAndQuery(target, 0, parsed);
  return parsed;
}

}  // namespace

std::variant<RequestTarget, ParseError> ParseRequestTarget(Method method, std::string_view target) {
  if (method == Method::kConnect) return ParseAuthorityForm(target);
  if (absl::StartsWith(target, "/")) return ParseOriginForm(target);
  if (target == "*") {
    if (method == Method::kOptions) return RequestTarget{Form::kAsterisk, {}, false, target, {}};
    return BadRequest(0, "RFC 9112 section 3.2.4", "an asterisk with a method other than OPTIONS");
  }
  return ParseAbsoluteForm(method, target);
}

}  // namespace forklift::http
