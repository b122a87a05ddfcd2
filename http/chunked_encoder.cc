#include "forklift/http/chunked_encoder.h"

#include <string.h>

#include <array>
#include <charconv>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/header_name.h"

namespace forklift::http {
namespace {

// What a recipient needs before the body.
constexpr HeaderNameSet kNoTrailers =
    Bit(HeaderName::kAuthorization) | Bit(HeaderName::kCacheControl) |
    Bit(HeaderName::kConnection) | Bit(HeaderName::kContentEncoding) |
    Bit(HeaderName::kContentLength) | Bit(HeaderName::kContentRange) |
    Bit(HeaderName::kContentType) | Bit(HeaderName::kCookie) | Bit(HeaderName::kExpect) |
    Bit(HeaderName::kHost) | Bit(HeaderName::kKeepAlive) | Bit(HeaderName::kLocation) |
    Bit(HeaderName::kProxyAuthenticate) | Bit(HeaderName::kProxyAuthorization) |
    Bit(HeaderName::kRange) | Bit(HeaderName::kSetCookie) | Bit(HeaderName::kTE) |
    Bit(HeaderName::kTrailer) | Bit(HeaderName::kTransferEncoding) | Bit(HeaderName::kUpgrade) |
    Bit(HeaderName::kVary) | Bit(HeaderName::kWwwAuthenticate);

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
  if (IsAmong(name, kNoTrailers)) head_.Spoil();
  head_.AddField(name, value);
}

}  // namespace forklift::http
