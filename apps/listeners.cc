#include "forklift/apps/listeners.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/server/upgrade.h"
#include "forklift/net/address.h"
#include "forklift/net/inherited_sockets.h"
#include "forklift/net/listener.h"

namespace forklift::apps {
namespace {

absl::StatusOr<net::Listener> Adopt(absl::StatusOr<net::InheritedSocket> socket) {
  if (!socket.ok()) return socket.status();
  return net::Listener::Adopt(std::move(socket->socket));
}

bool IsNumbered(std::string_view bind) { return absl::StartsWith(bind, "fd:"); }

absl::StatusOr<net::InheritedSocket> TakeNumbered(std::string_view bind) {
  return bind == "fd:0" ? net::TakeInetdSocket() : net::TakeNumberedSocket(bind);
}

absl::StatusOr<net::Address> AddressOf(std::string_view bind, std::optional<uint16_t> port) {
  absl::StatusOr<net::Address> address = net::Address::Parse(bind);
  if (!address.ok() || !port) return address;
  if (address->family() == AF_UNIX) {
    return absl::InvalidArgumentError(absl::StrCat("--port does not go with --bind=", *address));
  }
  return address->WithPort(*port);
}

absl::StatusOr<net::Listener> Open(std::string_view bind, std::optional<uint16_t> port,
                                   const net::ListenerOptions& options) {
  if (IsNumbered(bind)) return Adopt(TakeNumbered(bind));
  const absl::StatusOr<net::Address> address = AddressOf(bind, port);
  if (!address.ok()) return address.status();
  return net::Listener::Bind(*address, options);
}

absl::Status WritePortFile(const std::string& path, uint16_t port) {
  // Who sees the file sees all of it.
  const std::string unfinished = absl::StrCat(path, ".new");
  std::ofstream file(unfinished);
  file << port << "\n";
  file.close();
  if (file.good() && ::rename(unfinished.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("--port-file=", path, " cannot be written"));
}

// Not printf, which would wait for a reader that stalls, as the server with it: a successor's
// access log may have filled its pipe already.
bool PrintAtOnce(std::string_view text) {
  pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&output, 1, 0) == 0) {
    errno = EAGAIN;
    return false;
  }
  return ::write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

absl::StatusOr<http::server::Inheritance> OpenListeners(const std::vector<std::string>& bind,
                                                        std::optional<uint16_t> port,
                                                        const net::ListenerOptions& options) {
  absl::StatusOr<http::server::Inheritance> inheritance = http::server::TakeInheritance();
  if (!inheritance.ok() || !inheritance->listeners.empty()) return inheritance;
  absl::StatusOr<std::vector<net::InheritedSocket>> activated = net::TakeListenFds();
  if (!activated.ok()) return activated.status();
  std::vector<absl::StatusOr<net::Listener>> listeners;
  for (net::InheritedSocket& socket : *activated) listeners.push_back(Adopt(std::move(socket)));
  if (listeners.empty()) {
    for (const std::string& one : bind) listeners.push_back(Open(one, port, options));
  }
  for (absl::StatusOr<net::Listener>& listener : listeners) {
    if (!listener.ok()) return listener.status();
    inheritance->listeners.push_back(*std::move(listener));
  }
  return inheritance;
}

absl::Status CheckBind(const std::vector<std::string>& bind, std::optional<uint16_t> port) {
  for (const std::string& one : bind) {
    absl::Status checked =
        IsNumbered(one) ? TakeNumbered(one).status() : AddressOf(one, port).status();
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

void AnnounceReadiness(const std::vector<net::Listener>& listeners, ReadinessOptions options) {
  std::string lines;
  for (const net::Listener& listener : listeners) {
    const net::Address& address = listener.local_address();
    const std::string where =
        address.family() == AF_UNIX ? address.ToString() : absl::StrCat("port ", address.port());
    absl::StrAppend(&lines, "Serving HTTP on ", where, " ...\n");
  }
  if (!PrintAtOnce(lines)) PLOG(WARNING) << "cannot say on stdout that the server is ready";
  if (!options.port_file.empty()) {
    const absl::Status written =
        WritePortFile(options.port_file, listeners.front().local_address().port());
    if (!written.ok()) LOG(WARNING) << written.message();
  }
  if (options.ready_fd.valid() && ::write(options.ready_fd.get(), "\n", 1) != 1) {
    PLOG(WARNING) << "--ready-fd";
  }
}

}  // namespace forklift::apps
