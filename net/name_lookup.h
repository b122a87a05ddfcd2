// ResolveNow looks a host name up and waits for the answer: for start-up code.
//
// Owns nothing. Blocks for as long as getaddrinfo(3) does, which no deadline bounds: with name
// servers that do not answer, up to a minute. In a poll loop use resolver.h. Thread-safe. Not for
// signal handlers. Not for a child forked from a program with threads: getaddrinfo takes locks.
//
//   absl::StatusOr<std::vector<Address>> addresses = ResolveNow("localhost", "http");
#ifndef FORKLIFT_NET_NAME_LOOKUP_H_
#define FORKLIFT_NET_NAME_LOOKUP_H_

#include <netdb.h>
#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/net/address.h"

namespace forklift::net {

struct LookupOptions {
  int family = AF_UNSPEC;  // or AF_INET, AF_INET6: addresses of that family only
};

// getaddrinfo(3), or what stands in for it in a test; freeaddrinfo frees its list.
using GetAddrInfo = std::function<int(const char* host, const char* service, const addrinfo* hints,
                                      addrinfo** list)>;

// The addresses of `host`, a name or in numbers, each once, in the order in which to try them (RFC
// 6724); never none. `service` is a port or a name of /etc/services. Errors name both, escaped, and
// the reason: kNotFound where there is no such host or service, kUnavailable where the name servers
// do not answer or fail (EAI_AGAIN, EAI_FAIL), kInvalidArgument for a port above 65535 or what
// cannot be a name; else that of the system.
absl::StatusOr<std::vector<Address>> ResolveNow(std::string_view host, std::string_view service,
                                                const LookupOptions& options = {},
                                                const GetAddrInfo& get_addr_info = ::getaddrinfo);

// The same for a host and a service that are both in numbers: never blocks. Nothing where they are
// not.
std::optional<std::vector<Address>> ResolveNumeric(std::string_view host, std::string_view service,
                                                   const LookupOptions& options = {});

}  // namespace forklift::net

#endif  // FORKLIFT_NET_NAME_LOOKUP_H_
