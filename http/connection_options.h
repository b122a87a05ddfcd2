// ReadConnectionOptions tells what a message's Connection fields say, and Persists whether the
// connection stays open behind it (RFC 9112 section 9.3).
//
// Pure and thread-safe.
#ifndef FORKLIFT_HTTP_CONNECTION_OPTIONS_H_
#define FORKLIFT_HTTP_CONNECTION_OPTIONS_H_

#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"

namespace forklift::http {

struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
};

// The same as ReadConnectionOptions, for a message that has Connection fields.
ConnectionOptions ReadConnectionFields(const HeaderFields& fields);

// From all Connection fields, which are lists of options in any case (RFC 9110 section 7.6.1). What
// else they name is overlooked.
inline ConnectionOptions ReadConnectionOptions(const HeaderFields& fields) {
  return fields.Has(HeaderName::kConnection) ? ReadConnectionFields(fields) : ConnectionOptions();
}

// Whether the sender of a message with these options and this version, HTTP/1.`minor_version`,
// wants the connection to go on after it. "close" beats "keep-alive".
inline bool Persists(ConnectionOptions options, int minor_version) {
  return !options.close && (minor_version > 0 || options.keep_alive);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CONNECTION_OPTIONS_H_
