// IsIpLiteral tells whether the text between a URI's brackets is an IP address (RFC 3986 section
// 3.2.2).
//
// Pure: no allocation, no resolver. Thread-safe.
#ifndef FORKLIFT_HTTP_IP_LITERAL_H_
#define FORKLIFT_HTTP_IP_LITERAL_H_

#include <string_view>

namespace forklift::http {

// `text` is without the brackets: an IPv6 address ("::1", "::ffff:192.0.2.1") or an address of a
// version yet to come ("v1.x"). A zone ("fe80::1%25eth0") means nothing on another host and is
// refused.
bool IsIpLiteral(std::string_view text);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_IP_LITERAL_H_
