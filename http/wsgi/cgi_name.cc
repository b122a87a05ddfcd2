#include "forklift/http/wsgi/cgi_name.h"

#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/header_name.h"

namespace forklift::http::wsgi {
namespace {

constexpr HeaderNameSet kHidden =
    Bit(HeaderName::kContentLength) | Bit(HeaderName::kTransferEncoding);

}  // namespace

std::string CgiName(std::string_view name) {
  if (IsAmong(name, kHidden) || absl::StrContains(name, '_') ||
      absl::EqualsIgnoreCase(name, "Proxy")) {
    return "";
  }
  if (FindHeaderName(name) == HeaderName::kContentType) return "CONTENT_TYPE";
  std::string result = absl::StrCat("HTTP_", name);
  for (char& character : result) {
    character = character == '-' ? '_' : absl::ascii_toupper(static_cast<unsigned char>(character));
  }
  return result;
}

}  // namespace forklift::http::wsgi
