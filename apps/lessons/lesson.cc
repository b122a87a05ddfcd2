#include "forklift/apps/lessons/lesson.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/program.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/io.h"
#include "forklift/net/listener.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

ABSL_FLAG(uint16_t, port, 8888, "of the server, on 127.0.0.1; for 0, a server takes a free one");

namespace forklift::lessons {

int Run(int argc, char** argv, std::string_view summary, absl::FunctionRef<absl::Status()> lesson) {
  apps::StartProgram();
  const std::optional<int> exit_code = apps::ParseCommandLine(argc, argv, summary);
  if (exit_code) return *exit_code;
  const absl::Status status = lesson();
  return status.ok() ? apps::kExitSuccess : apps::Complain(argv[0], status);
}

net::Address ServerAddress() { return net::Address::Ipv4Loopback(absl::GetFlag(FLAGS_port)); }

absl::StatusOr<net::Listener> Listen(int backlog) {
  absl::StatusOr<net::Listener> listener =
      net::Listener::Bind(ServerAddress(), {.backlog = backlog});
  if (!listener.ok()) return listener.status();
  if (::fcntl(listener->fd(), F_SETFL, 0) != 0) return net::PosixError(errno, "fcntl F_SETFL");
  absl::PrintF("Serving HTTP on port %d ...\n", listener->local_address().port());
  ::fflush(stdout);
  return listener;
}

absl::StatusOr<net::UniqueFd> Accept(const net::Listener& listener) {
  net::UniqueFd connection(
      net::RetryOnEintr([&] { return ::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC); }));
  if (!connection.valid()) return net::PosixError(errno, "accept");
  return connection;
}

std::string Receive(const net::UniqueFd& connection) {
  char buffer[1024];
  const net::IoResult received =
      net::Receive(connection.get(), absl::MakeSpan(buffer), net::Deadline::Infinite());
  return std::string(buffer, received.bytes);
}

void Print(std::string_view text) {
  std::string printable;
  for (const char character : text) {
    const bool plain = absl::ascii_isprint(static_cast<unsigned char>(character));
    if (character == '\r') continue;
    printable += plain || character == '\n' ? std::string(1, character)
                                            : absl::CHexEscape(std::string_view(&character, 1));
  }
  absl::PrintF("%s\n", printable);
  ::fflush(stdout);
}

void Send(const net::UniqueFd& connection, std::string_view bytes) {
  (void)net::SendAll(connection.get(), {bytes}, net::Deadline::Infinite());
}

}  // namespace forklift::lessons
