#include "forklift/http/request_target.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string_view>

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

ParseError BadRequest(size_t offset, std::string_view rfc, std::string_view reason) {
  return {StatusCode::kBadRequest, offset, rfc, reason};
}

// What is wrong with the path that begins at `begin` of `target`, or with the query behind it, if
// anything.
std::optional<ParseError> CheckPathAndQuery(std::string_view target, size_t begin,
                                            size_t query_begin) {
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

// The same as ParsePathAndQuery, for any. Kept apart, like the other forms, so that the usual case
// need not save the registers that this takes.
[[gnu::noinline]] std::optional<ParseError> ParseUnusualPathAndQuery(std::string_view target,
                                                                     size_t begin,
                                                                     RequestTarget& parsed) {
  const std::string_view text = target.substr(begin);
  const char* const end = text.data() + text.size();
  const size_t question_mark = std::min(text.find('?'), text.size());
  const bool plain =
      TargetLength(text.data(), end, end) == text.size() && !absl::StrContains(text, '%');
  if (!plain) {
    if (auto error = CheckPathAndQuery(target, begin, begin + question_mark)) return error;
  }
  parsed.path = text.substr(0, question_mark);
  if (question_mark < text.size()) parsed.query = text.substr(question_mark + 1);
  return std::nullopt;
}

// Takes the path and query, which begin at `begin`.
[[gnu::always_inline]] inline std::optional<ParseError> ParsePathAndQuery(std::string_view target,
                                                                          size_t begin,
                                                                          RequestTarget& parsed) {
  const std::string_view text = target.substr(begin);
  if (PathLength(text.data(), text.data() + text.size()) != text.size()) {
    return ParseUnusualPathAndQuery(target, begin, parsed);
  }
  parsed.path = text;
  return std::nullopt;
}

std::optional<ParseError> ParseAuthorityForm(std::string_view target, RequestTarget& parsed) {
  parsed.form = Form::kAuthority;
  if (auto error = ParseAuthority(target, parsed.authority.emplace())) return error;
  if (parsed.authority->port) return std::nullopt;
  return BadRequest(target.size(), "RFC 9110 section 9.3.6", "CONNECT without a port");
}

std::optional<ParseError> ParseAbsoluteForm(Method method, std::string_view target,
                                            RequestTarget& parsed) {
  parsed.form = Form::kAbsolute;
  parsed.https = absl::StartsWithIgnoreCase(target, "https://");
  if (!parsed.https && !absl::StartsWithIgnoreCase(target, "http://")) {
    return BadRequest(0, "RFC 9112 section 3.2",
                      "neither a path nor a URI of the schemes http and https");
  }
  const size_t begin = parsed.https ? 8 : 7;
  const size_t end = std::min(target.find_first_of("/?", begin), target.size());
  if (auto error = ParseAuthority(target.substr(begin, end - begin), parsed.authority.emplace())) {
    error->offset += begin;
    return error;
  }
  if (auto error = ParsePathAndQuery(target, end, parsed)) return error;
  if (parsed.path.empty()) parsed.path = method == Method::kOptions && !parsed.query ? "*" : "/";
  return std::nullopt;
}

[[gnu::noinline]] std::optional<ParseError> ParseOtherForm(Method method, std::string_view target,
                                                           RequestTarget& parsed) {
  if (method == Method::kConnect) return ParseAuthorityForm(target, parsed);
  if (target != "*") return ParseAbsoluteForm(method, target, parsed);
  if (method != Method::kOptions) {
    return BadRequest(0, "RFC 9112 section 3.2.4", "an asterisk with a method other than OPTIONS");
  }
  parsed.form = Form::kAsterisk;
  parsed.path = target;
  return std::nullopt;
}

}  // namespace

std::optional<ParseError> ParseRequestTarget(Method method, std::string_view target,
                                             RequestTarget& parsed) {
  parsed.form = Form::kOrigin;
  parsed.authority.reset();
  parsed.https = false;
  parsed.path = {};
  parsed.query.reset();
  const bool origin = method != Method::kConnect && absl::StartsWith(target, "/");
  return origin ? ParsePathAndQuery(target, 0, parsed) : ParseOtherForm(method, target, parsed);
}

}  // namespace forklift::http
