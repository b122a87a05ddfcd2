// Precompressed neighbours are files that somebody has compressed beforehand: "site.css.br" and
// "site.css.gz" beside "site.css", to be sent in its place to clients that take them.
//
// A neighbour that is older than its original is stale, and as if it were not there; that it has
// the same content is the word of whoever put it there. Blocks as long as the disk does.
// Thread-safe.
#ifndef FORKLIFT_HTTP_FILES_PRECOMPRESSED_H_
#define FORKLIFT_HTTP_FILES_PRECOMPRESSED_H_

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "forklift/http/files/root.h"
#include "forklift/http/header_fields.h"

namespace forklift::http::files {

// A representation of a resource, out of those that there are (RFC 9110 section 12.1).
struct SelectedFile {
  OpenedFile opened;        // a kFile
  std::string_view coding;  // for Content-Encoding; empty for none
  bool varies = false;      // other requests may get another: send "Vary: Accept-Encoding"
};

inline constexpr size_t kLongestSuffix = 3;

// `original` was opened at `path`, which is appended to meanwhile and opened by `open`, as
// Root::OpenFile. The neighbour wins that `fields`, the request's, give the greatest weight, and at
// least that of the original; brotli of two equals.
SelectedFile SelectPrecompressed(absl::FunctionRef<OpenedFile(const std::string&)> open,
                                 std::string& path, OpenedFile original,
                                 const HeaderFields& fields);

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_PRECOMPRESSED_H_
