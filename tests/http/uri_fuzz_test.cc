// Whatever a peer sends for a target, authority, path or query: what is taken apart is what was
// sent, no path leaves its root, and what is encoded comes out again.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/http/authority.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/path.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/query.h"
#include "forklift/http/request_target.h"

namespace forklift::http {
namespace {

void CheckAuthority(std::string_view input) {
  Authority authority;
  if (const std::optional<ParseError> error = ParseAuthority(input, authority)) {
    CHECK_LE(error->offset, input.size());
    return;
  }
  CHECK(!authority.host.empty());
  CHECK(authority.port != 0);
  CHECK(absl::StartsWith(input, authority.host));
  CHECK_EQ(authority.host.find_first_of("/?#@\\ %"), authority.host.npos);
  CHECK(authority.host.find_first_not_of('.') != authority.host.npos);
  // Put together again it is the same.
  const std::string again = authority.port ? absl::StrCat(authority.host, ":", *authority.port)
                                           : std::string(authority.host);
  CHECK(again == input || absl::StrCat(again, ":") == input);
  Authority parsed_again;
  CHECK(!ParseAuthority(again, parsed_again));
  CHECK(parsed_again.host == authority.host);
  CHECK(parsed_again.port == authority.port);
}

void CheckPath(std::string_view path) {
  std::string normalized;
  if (const std::optional<ParseError> error = AppendNormalizedPath(path, normalized)) {
    CHECK_LT(error->offset, path.size() + (path.empty() ? 1 : 0));
    return;
  }
  CHECK_LE(normalized.size(), path.size());
  std::vector<std::string_view> segments = absl::StrSplit(normalized, '/');
  CHECK_EQ(segments.front(), "");
  if (segments.back().empty()) segments.pop_back();  // a folder
  for (size_t i = 1; i < segments.size(); ++i) {
    CHECK(!segments[i].empty() && segments[i] != "." && segments[i] != "..");
    CHECK(!absl::StrContains(segments[i], '\0'));
  }
  std::string link;
  AppendPercentEncoded(normalized, UriPart::kPath, link);
  std::string again;
  CHECK(!AppendNormalizedPath(link, again));
  CHECK_EQ(again, normalized);
}

void CheckTarget(Method method, std::string_view input) {
  RequestTarget target;
  if (const std::optional<ParseError> error = ParseRequestTarget(method, input, target)) {
    CHECK_LE(error->offset, input.size());
    return;
  }
  switch (target.form) {
    case RequestTarget::Form::kOrigin:
      CHECK_EQ(absl::StrCat(target.path, target.query ? "?" : "", target.query.value_or("")),
               input);
      CHECK(absl::StartsWith(target.path, "/"));
      break;
    case RequestTarget::Form::kAbsolute:
      CHECK(target.authority.has_value());
      CHECK(absl::StartsWith(target.path, "/") || target.path == "*");
      break;
    case RequestTarget::Form::kAuthority:
      CHECK(method == Method::kConnect);
      CHECK(target.authority->port.has_value());
      break;
    case RequestTarget::Form::kAsterisk:
      CHECK(method == Method::kOptions);
      CHECK_EQ(target.path, "*");
      break;
  }
}

void CheckQuery(std::string_view input) {
  QueryParser parser(input);
  size_t total = 0;
  std::string decoded;
  std::string value;
  while (const std::optional<QueryParameter> parameter = parser.Next()) {
    total += parameter->name.size() + parameter->value.size() + 1;
    decoded.clear();
    AppendFormDecoded(parameter->name, decoded);
    CHECK_LE(decoded.size(), parameter->name.size());
    if (total < 100) CHECK(FindQueryParameter(input, decoded, value));
  }
  CHECK_LE(total, input.size() + 1);
}

void CheckEncoding(std::string_view input) {
  for (UriPart part : {UriPart::kComponent, UriPart::kPath}) {
    std::string encoded;
    AppendPercentEncoded(input, part, encoded);
    std::string decoded;
    const bool good = !AppendPercentDecoded(encoded, decoded);
    CHECK_EQ(good, !absl::StrContains(input, '\0'));
    if (good) CHECK_EQ(decoded, input);
  }
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using forklift::http::Method;
  // A copy of just the size, so that a sanitizer sees an overrun.
  const std::string input(reinterpret_cast<const char*>(data), size);
  for (Method method : {Method::kGet, Method::kOptions, Method::kConnect}) {
    forklift::http::CheckTarget(method, input);
  }
  forklift::http::CheckAuthority(input);
  forklift::http::CheckPath(input);
  forklift::http::CheckQuery(input);
  forklift::http::CheckEncoding(input);
  return 0;
}
