#include "forklift/http/chunked_encoder.h"

#include <string.h>

#include <array>
#include <charconv>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/header_name.h"

namespace forklift::http {
namespace {

// Those whose definitions allow it (RFC 9110 sections 8.8.3 and 14.3), and all without a number.
constexpr HeaderNameSet kTrailers =
    Bit(HeaderName::kOther) | Bit(HeaderName::kAcceptRanges) | Bit(HeaderName::kETag);

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
  if ((Bit(FindHeaderName(name)) & kTrailers) == 0) head_.Spoil();
  head_.AddField(name, value);
}

}  // namespace forklift::http
