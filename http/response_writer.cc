#include "forklift/http/response_writer.h"

#include <string.h>

#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/field_text.h"
#include "forklift/http/status_code.h"

namespace forklift::http {

ResponseWriter::ResponseWriter(absl::Span<char> buffer, StatusCode status) : head_(buffer) {
  const StatusLineText* const line = StatusLine(status);
  if (line == nullptr || !head_.TryAppend(*line)) AddStatusLine(status, ReasonPhrase(status));
}

ResponseWriter::ResponseWriter(absl::Span<char> buffer, StatusCode status, std::string_view reason)
    : head_(buffer) {
  AddStatusLine(status, reason);
  if (!IsFieldText(reason)) head_.Spoil();
}

void ResponseWriter::AddStatusLine(StatusCode status, std::string_view reason) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const auto code = static_cast<unsigned>(status);
  if (code < 100 || code > 999) head_.Spoil();
  char* out = head_.Claim(kVersion.size() + 4 + reason.size() + 2);
  if (out == nullptr) return;
  ::memcpy(out, kVersion.data(), kVersion.size());
  out += kVersion.size();
  *out++ = static_cast<char>('0' + code / 100);
  *out++ = static_cast<char>('0' + code / 10 % 10);
  *out++ = static_cast<char>('0' + code % 10);
  *out++ = ' ';  // stays although no phrase may follow
  ::memcpy(out, reason.data(), reason.size());
  ::memcpy(out + reason.size(), "\r\n", 2);
}

}  // namespace forklift::http
