// What the writer and the reader of a JSON report agree on.
#ifndef FORKLIFT_HTTP_LOAD_JSON_SCHEMA_H_
#define FORKLIFT_HTTP_LOAD_JSON_SCHEMA_H_

namespace forklift::http::load {

// Raised when a member changes its meaning or goes; new ones may come without.
inline constexpr int kJsonSchemaVersion = 1;

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_JSON_SCHEMA_H_
