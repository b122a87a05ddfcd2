// OpenListeners opens what a server is to listen on, as its command line, a service manager or a
// predecessor says; AnnounceReadiness says that it does.
//
// For the beginning of main, before the program opens descriptors of its own.
#ifndef FORKLIFT_APPS_LISTENERS_H_
#define FORKLIFT_APPS_LISTENERS_H_

#include <stdint.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/server/upgrade.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

namespace forklift::apps {

// The sockets of a predecessor (http/server/upgrade.h) or of systemd (LISTEN_FDS), where there are
// any; else those of `bind`: each an address as net::Address::Parse takes it, or fd:N for a
// listening socket that was inherited. `port` takes the place of the port of all of them. All or
// none: kInvalidArgument where one is nonsense, or an error of Listener::Bind.
absl::StatusOr<http::server::Inheritance> OpenListeners(const std::vector<std::string>& bind,
                                                        std::optional<uint16_t> port,
                                                        const net::ListenerOptions& options);

// What OpenListeners would say of `bind` and `port` before it opens anything.
absl::Status CheckBind(const std::vector<std::string>& bind, std::optional<uint16_t> port);

// How to say that a server is ready.
struct ReadinessOptions {
  std::string port_file;   // gets the port of the first listener; empty: none
  net::UniqueFd ready_fd;  // gets a line end, and is closed; where there is one
};

// Prints the article's line, "Serving HTTP on port 8888 ...", for whoever waits for it, for each
// listener; of a Unix socket, its name. Never waits for a reader. Warns in the log where one of the
// ways does not work.
void AnnounceReadiness(const std::vector<net::Listener>& listeners, ReadinessOptions options);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_LISTENERS_H_
