#include "forklift/http/request_writer.h"

#include <string.h>

#include <algorithm>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/token.h"

namespace forklift::http {
namespace {

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
  if (!IsToken(method) || !good_target) head_.Spoil();
  char* out = head_.Claim(method.size() + 1 + target.size() + kLineEnd.size());
  if (out == nullptr) return;
  out = Append(out, method);
  *out++ = ' ';
  out = Append(out, target);
  Append(out, kLineEnd);
  AddField("Host", host);
}

}  // namespace forklift::http
