#include "forklift/http/entity_tag.h"

#include <stddef.h>

#include <optional>
#include <string_view>

#include "absl/strings/strip.h"

namespace forklift::http {
namespace {

// etagc: visible characters but the quote, and bytes from 0x80 up.
bool IsOpaqueCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

}  // namespace

std::optional<EntityTag> ConsumeEntityTag(std::string_view& text) {
  std::string_view rest = text;
  const bool weak = absl::ConsumePrefix(&rest, "W/");  // case-sensitive
  if (!absl::ConsumePrefix(&rest, "\"")) return std::nullopt;
  size_t size = 0;
  while (size < rest.size() && IsOpaqueCharacter(rest[size])) ++size;
  if (size == rest.size() || rest[size] != '"') return std::nullopt;
  text = rest.substr(size + 1);
  return EntityTag{rest.substr(0, size), weak};
}

std::optional<EntityTag> ParseEntityTag(std::string_view text) {
  const std::optional<EntityTag> tag = ConsumeEntityTag(text);
  return text.empty() ? tag : std::nullopt;
}

bool StronglyEqual(const EntityTag& a, const EntityTag& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool WeaklyEqual(const EntityTag& a, const EntityTag& b) { return a.opaque == b.opaque; }

}  // namespace forklift::http
