#include "forklift/http/response_writer.h"

#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/status_code.h"
#include "forklift/http/token.h"

namespace forklift::http {
namespace {

// field-vchar, SP and HTAB of RFC 9110 section 5.5; bytes from 0x80 up are opaque but allowed.
bool IsValueCharacter(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

}  // namespace

ResponseWriter::ResponseWriter(absl::Span<char> buffer, StatusCode status) : buffer_(buffer) {
  Append("HTTP/1.1 ");
  Append(absl::AlphaNum(static_cast<int>(status)).Piece());
  Append(" ");  // stays although no phrase may follow
  Append(ReasonPhrase(status));
  Append("\r\n");
}

void ResponseWriter::AddField(std::string_view name, std::string_view value) {
  if (!IsToken(name) || !std::all_of(value.begin(), value.end(), IsValueCharacter)) good_ = false;
  Append(name);
  Append(": ");
  Append(value);
  Append("\r\n");
}

void ResponseWriter::AddContentLength(uint64_t size) {
  AddField("Content-Length", absl::AlphaNum(size).Piece());
}

std::optional<std::string_view> ResponseWriter::Finish() {
  Append("\r\n");
  if (!good_) return std::nullopt;
  return std::string_view(buffer_.data(), size_);
}

void ResponseWriter::Append(std::string_view text) {
  if (text.size() > buffer_.size() - size_) good_ = false;
  if (!good_) return;
  ::memcpy(buffer_.data() + size_, text.data(), text.size());
  size_ += text.size();
}

}  // namespace forklift::http
