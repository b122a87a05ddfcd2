// FileParts produces the body of a response that has several ranges of one file
// (multipart/byteranges, RFC 9110 section 14.6), in pieces and out of no memory but theirs.
//
// It owns the file. Producing blocks as long as the disk does. One thread at a time.
#ifndef FORKLIFT_HTTP_FILES_FILE_PARTS_H_
#define FORKLIFT_HTTP_FILES_FILE_PARTS_H_

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/files/root.h"
#include "forklift/http/multipart_ranges.h"
#include "forklift/http/range.h"
#include "forklift/http/server/content.h"

namespace forklift::http::files {

class FileParts final : public server::Producer {
 public:
  // As MultipartRanges' (http/multipart_ranges.h) of the same names, but that `content_type` must
  // stand for ever. `file` is a kFile.
  FileParts(OpenedFile file, std::string boundary, std::string_view content_type,
            const RequestedRanges& requested);
  FileParts(const FileParts&) = delete;
  FileParts& operator=(const FileParts&) = delete;

  // Of all that is produced.
  uint64_t ContentLength() const { return parts_.ContentLength(); }

  // Nothing where the file has become shorter, or cannot be read.
  std::optional<size_t> Produce(absl::Span<char> room) override;

 private:
  bool StartNextPart();
  size_t TakeText(absl::Span<char> room);
  bool ReadFile(absl::Span<char> room, size_t& count);

  const OpenedFile file_;
  const std::string boundary_;
  const RequestedRanges requested_;
  const MultipartRanges parts_;
  size_t next_part_ = 0;  // one above their number stands for the end
  std::string text_;      // what comes before the bytes of the range, or at the end
  size_t text_taken_ = 0;
  uint64_t offset_ = 0;  // of the range's bytes, behind the text
  uint64_t left_ = 0;
};

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_FILE_PARTS_H_
