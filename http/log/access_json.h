// AddJson writes an access record as an object of JSON on a line of its own.
//
// Thread-safe, safe across fork. No allocation.
#ifndef FORKLIFT_HTTP_LOG_ACCESS_JSON_H_
#define FORKLIFT_HTTP_LOG_ACCESS_JSON_H_

#include "forklift/http/log/access_record.h"
#include "forklift/http/log/log_line.h"

namespace forklift::http::log {

// The names are those of OpenTelemetry's semantic conventions for HTTP, where it has one; so a
// field's value is an array of texts. A target that is a path has url.path and url.query, another
// url.full. `line` must be empty and have 4096 bytes.
void AddJson(const AccessRecord& record, LogLine& line);

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_ACCESS_JSON_H_
