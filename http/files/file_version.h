// FileVersion tells one version of a file from another: by its entity tag and its last modification
// (RFC 9110 section 8.8).
//
// The tag is of the file's size and of when anything of it was last changed (stat(2)'s ctime, which
// unlike the time of modification nobody can set back): a file that is unpacked with an old date in
// the place of another has another tag. It is weak for a few seconds after a change, as long as
// another change might still get the same time; from then on it is strong. Pure. Thread-safe.
#ifndef FORKLIFT_HTTP_FILES_FILE_VERSION_H_
#define FORKLIFT_HTTP_FILES_FILE_VERSION_H_

#include <stddef.h>

#include <array>
#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/conditional.h"
#include "forklift/http/files/root.h"

namespace forklift::http::files {

class FileVersion {
 public:
  FileVersion(const FileInfo& info, absl::Time now);

  // Whether another version from `now` on is certain to have another tag.
  static bool IsSettled(const FileInfo& info, absl::Time now);

  // For the conditions of a request. Its views are good as long as this object is.
  Representation representation() const;

  // The value of the ETag field; good as long as this object is.
  std::string_view entity_tag() const { return {text_.data(), size_}; }

  // For Last-Modified: not later than `now` was (RFC 9110 section 8.8.2.1).
  absl::Time last_modified() const { return last_modified_; }

 private:
  std::array<char, 37> text_;  // W/"size-time" in hexadecimal
  size_t size_ = 0;
  bool weak_;
  absl::Time last_modified_;
};

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_FILE_VERSION_H_
