#include "forklift/http/files/file_parts.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "forklift/http/files/root.h"
#include "forklift/http/range.h"
#include "forklift/net/eintr.h"

namespace forklift::http::files {

FileParts::FileParts(OpenedFile file, std::string boundary, std::string_view content_type,
                     const RequestedRanges& requested)
    : file_(std::move(file)),
      boundary_(std::move(boundary)),
      requested_(requested),
      parts_(boundary_, content_type, requested_.ranges(), file_.info.size) {}

std::optional<size_t> FileParts::Produce(absl::Span<char> room) {
  size_t produced = 0;
  while (produced < room.size()) {
    const absl::Span<char> rest = room.subspan(produced);
    size_t count = TakeText(rest);
    if (count == 0 && left_ > 0 && !ReadFile(rest, count)) return std::nullopt;
    if (count == 0 && !StartNextPart()) break;
    produced += count;
  }
  return produced;
}

// False at the end.
bool FileParts::StartNextPart() {
  if (next_part_ > requested_.count) return false;
  text_.clear();
  text_taken_ = 0;
  if (next_part_ < requested_.count) {
    parts_.AppendPartHead(next_part_, text_);
    offset_ = requested_.ranges()[next_part_].first;
    left_ = requested_.ranges()[next_part_].size();
  } else {
    parts_.AppendEnd(text_);
  }
  ++next_part_;
  return true;
}

size_t FileParts::TakeText(absl::Span<char> room) {
  const size_t count = text_.copy(room.data(), room.size(), text_taken_);
  text_taken_ += count;
  return count;
}

// Up to the range's end; false where the file has no more.
bool FileParts::ReadFile(absl::Span<char> room, size_t& count) {
  const size_t size = static_cast<size_t>(std::min<uint64_t>(room.size(), left_));
  if (file_.content != nullptr) {
    count = file_.content->copy(room.data(), size, offset_);
  } else {
    const ssize_t got = net::RetryOnEintr(
        [&] { return ::pread(file_.file.get(), room.data(), size, static_cast<off_t>(offset_)); });
    if (got <= 0) return false;
    count = static_cast<size_t>(got);
  }
  offset_ += count;
  left_ -= count;
  return true;
}

}  // namespace forklift::http::files
