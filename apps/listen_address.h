// What a server is told of its address on the command line, and what it says of it when it listens.
//
// Pure but for AnnounceReadiness, which writes to standard output. For the beginning of main.
#ifndef FORKLIFT_APPS_LISTEN_ADDRESS_H_
#define FORKLIFT_APPS_LISTEN_ADDRESS_H_

#include <stdint.h>

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "forklift/net/address.h"

namespace forklift::apps {

// The address of --bind, with the port of --port where that was given. kInvalidArgument as of
// net::Address::Parse, and for a port beside a Unix socket.
absl::StatusOr<net::Address> ListenAddress(std::string_view bind, std::optional<uint16_t> port);

// Prints the article's line, "Serving HTTP on port 8888 ...", for whoever waits for it; of a Unix
// socket, its name. Warns in the log where nobody can read it.
void AnnounceReadiness(const net::Address& address);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_LISTEN_ADDRESS_H_
