#include "forklift/http/chunked_encoder.h"

#include <string.h>

#include <array>
#include <charconv>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/header_name.h"

namespace forklift::http {
namespace {

bool BelongsBeforeTheBody(HeaderName name) {
  switch (name) {
    case HeaderName::kAuthorization:
    case HeaderName::kCacheControl:
    case HeaderName::kConnection:
    case HeaderName::kContentEncoding:
    case HeaderName::kContentLength:
    case HeaderName::kContentRange:
    case HeaderName::kContentType:
    case HeaderName::kCookie:
    case HeaderName::kExpect:
    case HeaderName::kHost:
    case HeaderName::kKeepAlive:
    case HeaderName::kLocation:
    case HeaderName::kProxyAuthenticate:
    case HeaderName::kProxyAuthorization:
    case HeaderName::kRange:
    case HeaderName::kSetCookie:
    case HeaderName::kTE:
    case HeaderName::kTrailer:
    case HeaderName::kTransferEncoding:
    case HeaderName::kUpgrade:
    case HeaderName::kVary:
    case HeaderName::kWwwAuthenticate:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::array<std::string_view, 3> EncodeChunk(std::string_view data, ChunkSizeLine& line) {
  if (data.empty()) return {};
  char* const digits_end = std::to_chars(line.data(), line.data() + 16, data.size(), 16).ptr;
  ::memcpy(digits_end, "\r\n", 2);
  return {std::string_view(line.data(), digits_end + 2 - line.data()), data, "\r\n"};
}

LastChunkWriter::LastChunkWriter(absl::Span<char> buffer) : head_(buffer) {
  if (char* const line = head_.Claim(3)) ::memcpy(line, "0\r\n", 3);
}

void LastChunkWriter::AddField(std::string_view name, std::string_view value) {
  if (BelongsBeforeTheBody(FindHeaderName(name))) head_.Spoil();
  head_.AddField(name, value);
}

}  // namespace forklift::http
