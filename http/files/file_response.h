// AnswerWithFile answers GET and HEAD with a file, as far as the client wants it: all of it, a
// range, several ranges, or the news that what it has is still right (RFC 9110 sections 13 and 14).
//
// Allocates only for several ranges. Does no I/O: the file goes into the response, which the server
// sends. Thread-safe.
#ifndef FORKLIFT_HTTP_FILES_FILE_RESPONSE_H_
#define FORKLIFT_HTTP_FILES_FILE_RESPONSE_H_

#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/files/precompressed.h"
#include "forklift/http/request.h"
#include "forklift/http/server/response.h"

namespace forklift::http::files {

struct FileFields {
  std::string_view content_type;   // stands for ever
  std::string_view cache_control;  // a field's value; empty for none
};

// Makes of `response`, which is as new, 200, 206, 304, 412 or 416. The type is the client's to heed
// and not to guess (nosniff). Several ranges are sent of a file that has no content coding; of
// another, the whole: nothing says where in a multipart body a coding would apply.
void AnswerWithFile(const http::Request& request, SelectedFile selected, const FileFields& fields,
                    absl::Time now, server::Response& response);

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_FILE_RESPONSE_H_
