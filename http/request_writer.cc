#include "forklift/http/request_writer.h"

#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/authority.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/header_name.h"
#include "forklift/http/token.h"

namespace forklift::http {
namespace {

// What would be there twice.
constexpr HeaderNameSet kOfWriter =
    Bit(HeaderName::kHost) | Bit(HeaderName::kContentLength) | Bit(HeaderName::kTransferEncoding);

bool IsHost(std::string_view text) {
  Authority authority;
  return text.empty() || !ParseAuthority(text, authority);
}

char* Append(char* out, std::string_view text) {
  ::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

RequestWriter::RequestWriter(absl::Span<char> buffer, std::string_view method,
                             std::string_view target, std::string_view host)
    : head_(buffer) {
  constexpr std::string_view kLineEnd = " HTTP/1.1\r\n";
  const bool good_target =
      !target.empty() && std::all_of(target.begin(), target.end(), IsTargetCharacter);
  if (!IsToken(method) || !good_target || !IsHost(host)) head_.Spoil();
  char* out = head_.Claim(method.size() + 1 + target.size() + kLineEnd.size());
  if (out == nullptr) return;
  out = Append(out, method);
  *out++ = ' ';
  out = Append(out, target);
  Append(out, kLineEnd);
  head_.AddField(HeaderName::kHost, host);
}

void RequestWriter::AddField(std::string_view name, std::string_view value) {
  if (IsAmong(name, kOfWriter)) head_.Spoil();
  head_.AddField(name, value);
}

void RequestWriter::AddContentLength(uint64_t size) {
  FrameOnce();
  head_.AddContentLength(size);
}

void RequestWriter::AddChunked() {
  FrameOnce();
  head_.AddField(HeaderName::kTransferEncoding, "chunked");
}

void RequestWriter::FrameOnce() {
  if (framed_) head_.Spoil();
  framed_ = true;
}

}  // namespace forklift::http
