#include "forklift/http/load/attack_script.h"

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace forklift::http::load {
namespace {

constexpr std::string_view kField = "X-a: b\r\n";

// So much of requests goes out with one system call.
constexpr size_t kAskedTogether = 16 * 1024;

std::string Repeat(std::string_view text, size_t least_size) {
  std::string repeated;
  while (repeated.size() < least_size) repeated += text;
  return repeated;
}

std::string HeadOfSlowBody(std::string_view unended) {
  const bool is_get = absl::ConsumePrefix(&unended, "GET ");
  return absl::StrCat(is_get ? "POST " : "", unended, "Content-Length: ", kSlowBodySize,
                      "\r\n\r\n");
}

}  // namespace

std::optional<char> AttackScript::Drip(uint64_t dripped) const {
  if (drip.empty() || dripped >= most_drips) return std::nullopt;
  if (dripped < drip.size()) return drip[dripped];
  return drip[drip_again + (dripped - drip_again) % (drip.size() - drip_again)];
}

AttackScript MakeAttackScript(AttackKind kind, std::string_view request) {
  std::string_view unended = request;  // up to the empty line
  CHECK(absl::ConsumeSuffix(&unended, "\r\n"));
  switch (kind) {
    case AttackKind::kSlowHead:
      return {.drip = absl::StrCat(unended, kField), .drip_again = unended.size()};
    case AttackKind::kSlowBody:
      // Never the last byte, whatever the interval.
      return {.at_once = HeadOfSlowBody(unended), .drip = "a", .most_drips = kSlowBodySize - 1};
    case AttackKind::kSlowRead:
      return {.asks = Repeat(request, kAskedTogether), .receive_buffer = kSlowReadBuffer};
    case AttackKind::kIdle:
      return {};
    case AttackKind::kHalfClose:
      return {.at_once = std::string(request.substr(0, request.size() / 2)),
              .then = AttackScript::Then::kFinishSending};
    case AttackKind::kReset:
      return {.at_once = std::string(request), .then = AttackScript::Then::kReset};
  }
  return {};
}

}  // namespace forklift::http::load
