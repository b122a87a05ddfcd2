#include "forklift/http/files/file_version.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/conditional.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/files/root.h"

namespace forklift::http::files {
namespace {

// No file system counts in longer steps.
constexpr absl::Duration kLongestTick = absl::Seconds(2);

constexpr std::string_view kWeak = "W/";

}  // namespace

FileVersion::FileVersion(const FileInfo& info, absl::Time now)
    : weak_(!IsSettled(info, now)), last_modified_(std::min(info.modified, now)) {
  char* const end = text_.data() + text_.size();
  char* out = text_.data();
  if (weak_) out = std::copy(kWeak.begin(), kWeak.end(), out);
  *out++ = '"';
  out = std::to_chars(out, end, info.size, 16).ptr;
  *out++ = '-';
  out = std::to_chars(out, end, static_cast<uint64_t>(absl::ToUnixNanos(info.changed)), 16).ptr;
  *out++ = '"';
  size_ = static_cast<size_t>(out - text_.data());
}

bool FileVersion::IsSettled(const FileInfo& info, absl::Time now) {
  return now - info.changed > kLongestTick;
}

Representation FileVersion::representation() const {
  std::string_view opaque = entity_tag().substr((weak_ ? kWeak.size() : 0) + 1);
  opaque.remove_suffix(1);
  return {.exists = true, .entity_tag = EntityTag{opaque, weak_}, .last_modified = last_modified_};
}

}  // namespace forklift::http::files
