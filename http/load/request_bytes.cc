#include "forklift/http/load/request_bytes.h"

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request_target.h"
#include "forklift/http/request_writer.h"

namespace forklift::http::load {
namespace {

constexpr size_t kLargestHead = 64 * 1024;

absl::Status BadUrl(std::string_view url, std::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("URL '", absl::CHexEscape(url), "': ", reason, "; write http://host:port/path"));
}

// The host of a Host field in place of the URL's.
std::optional<std::string_view> HostOf(const RequestOptions& options) {
  for (const auto& [name, value] : options.headers) {
    if (absl::EqualsIgnoreCase(name, "Host")) return value;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<RequestBytes> MakeRequest(std::string_view url, const RequestOptions& options) {
  const std::string absolute(absl::StrContains(url, "://") ? std::string(url)
                                                           : absl::StrCat("http://", url));
  RequestTarget target;
  if (const std::optional<ParseError> error = ParseRequestTarget(Method::kGet, absolute, target))
    return BadUrl(url, error->reason);
  if (!target.authority) return BadUrl(url, "has no host");
  if (target.https) return BadUrl(url, "https is not spoken here");
  std::string_view host = target.authority->host;
  const uint16_t port = target.authority->port.value_or(80);
  const std::string authority =
      target.authority->port ? absl::StrFormat("%s:%d", host, port) : std::string(host);
  const std::string path =
      target.query ? absl::StrCat(target.path, "?", *target.query) : std::string(target.path);

  std::string memory(kLargestHead, '\0');
  RequestWriter writer(absl::MakeSpan(memory), options.method, path,
                       HostOf(options).value_or(authority));
  for (const auto& [name, value] : options.headers) {
    if (!absl::EqualsIgnoreCase(name, "Host")) writer.AddField(name, value);
  }
  const std::string no_nonce(kNonceDigits, '0');
  if (!options.nonce_header.empty()) writer.AddField(options.nonce_header, no_nonce);
  if (!options.keep_alive) writer.AddField("Connection", "close");
  // RFC 9110 section 8.6: where a body is usual, that there is none is said.
  const bool wants_body =
      options.method == "POST" || options.method == "PUT" || options.method == "PATCH";
  if (wants_body || !options.body.empty()) writer.AddContentLength(options.body.size());
  const std::optional<std::string_view> head = writer.Finish();
  if (!head) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the method '", absl::CHexEscape(options.method), "', a header or the path of '",
        absl::CHexEscape(url),
        "' cannot be sent: a method and a header's name are tokens, no value "
        "has control characters, and Content-Length and Transfer-Encoding come of the body"));
  }
  const std::string nonce_line = absl::StrCat("\r\n", options.nonce_header, ": ", no_nonce);
  const size_t nonce =
      options.nonce_header.empty() ? 0 : head->find(nonce_line) + nonce_line.size() - kNonceDigits;
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return RequestBytes{.bytes = absl::StrCat(*head, options.body),
                      .method = ParseMethod(options.method),
                      .host = std::string(host),
                      .port = port,
                      .nonce = nonce};
}

}  // namespace forklift::http::load
