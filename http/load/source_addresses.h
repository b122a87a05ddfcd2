// ParseSources reads the addresses that a load client connects from, of which it takes one after
// the other: an address has some 28,000 ephemeral ports towards a server.
//
// Pure; allocates; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_SOURCE_ADDRESSES_H_
#define FORKLIFT_HTTP_LOAD_SOURCE_ADDRESSES_H_

#include <stddef.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forklift/net/address.h"

namespace forklift::http::load {

// Connections for which an address is taken from a network.
inline constexpr size_t kConnectionsOfASource = 16'384;

// Each of `texts` is an address in numbers, or an IPv4 network such as 127.0.0.0/8, which stands
// for its addresses from the second on, as many as `connections` need. kInvalidArgument names what
// is neither.
absl::StatusOr<std::vector<net::Address>> ParseSources(absl::Span<const std::string> texts,
                                                       size_t connections);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_SOURCE_ADDRESSES_H_
