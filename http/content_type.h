// ContentTypeOf guesses the media type of a file from its name, for the Content-Type field (RFC
// 9110 section 8.3).
//
// Pure: a table of what the web uses, nothing is allocated, no file is looked at. Thread-safe.
#ifndef FORKLIFT_HTTP_CONTENT_TYPE_H_
#define FORKLIFT_HTTP_CONTENT_TYPE_H_

#include <string_view>

namespace forklift::http {

// `path` is a file's name, perhaps with folders before it. Its extension counts, without regard to
// case: "/index.HTML" is "text/html; charset=utf-8". All text is taken for UTF-8. A name without an
// extension that is known, ".profile" too, is "application/octet-stream", which no browser runs.
std::string_view ContentTypeOf(std::string_view path);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CONTENT_TYPE_H_
