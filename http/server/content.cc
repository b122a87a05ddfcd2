#include "forklift/http/server/content.h"

#include <stdint.h>

#include <optional>
#include <string>
#include <variant>

namespace forklift::http::server {

std::optional<uint64_t> SizeOf(const Content& content) {
  if (const auto* bytes = std::get_if<std::string>(&content)) return bytes->size();
  if (const auto* shared = std::get_if<SharedBytes>(&content)) return shared->bytes.size();
  if (const auto* file = std::get_if<FileRegion>(&content)) return file->size;
  if (const auto* produced = std::get_if<Produced>(&content)) return produced->size;
  return std::get<Written>(content).size;
}

}  // namespace forklift::http::server
