// AddClient writes where a request came from into a line of a log.
//
// Thread-safe; no allocation.
#ifndef FORKLIFT_HTTP_LOG_CLIENT_TEXT_H_
#define FORKLIFT_HTTP_LOG_CLIENT_TEXT_H_

#include "forklift/http/log/log_line.h"
#include "forklift/net/address.h"

namespace forklift::http::log {

// The IP address alone, without port and scope; one that is mapped from IPv4 as IPv4. "unix:" for
// any Unix socket. At most 45 bytes.
void AddClient(const net::Address& client, LogLine& line);

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_CLIENT_TEXT_H_
