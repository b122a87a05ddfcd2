// What the lessons have in common, so that each file shows the one thing that it is about: a socket
// that listens, a connection accepted, a request received and printed, and the greeting sent.
//
// Blocks without a deadline, as the article's programs do: a lesson ends by Ctrl-C, and a client
// that says nothing holds up whoever reads from it. Not for servers that strangers reach: those are
// //apps:concurrent_server.
#ifndef FORKLIFT_APPS_LESSONS_LESSON_H_
#define FORKLIFT_APPS_LESSONS_LESSON_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

namespace forklift::lessons {

// What a lesson's main does: reads the flags, and runs `lesson`, which returns where it cannot go
// on; that is printed then. The exit code. `summary` is for --help.
int Run(int argc, char** argv, std::string_view summary, absl::FunctionRef<absl::Status()> lesson);

// 127.0.0.1 at --port: 8888, the article's.
net::Address ServerAddress();

// Listens there, with a queue of `backlog` connections that nobody has accepted yet, and says so.
// Unlike what net::Listener is otherwise good for, accept(2) on its descriptor waits for a client.
absl::StatusOr<net::Listener> Listen(int backlog);

// The next connection: waits for one, and goes on waiting when a signal interrupts it.
absl::StatusOr<net::UniqueFd> Accept(const net::Listener& listener);

// What one recv(2) gives, at most 1024 bytes; empty where the peer has closed or reset. The whole
// of a request only where that is short and came in one piece: what reads all that HTTP allows is
// //http:server_connection.
std::string Receive(const net::UniqueFd& connection);

// Prints `text` and the end of its line at once, so that nothing is left in a child's buffer. A
// client may send what it likes: what a terminal would take for a command is shown as \x1b.
void Print(std::string_view text);

// What the article's servers answer; its end is the end of the connection.
inline constexpr std::string_view kGreeting = "HTTP/1.1 200 OK\n\nHello, World!\n";

// Sends all of `bytes`. Where the peer has gone, it gets nothing: no lesson is about that.
void Send(const net::UniqueFd& connection, std::string_view bytes);

}  // namespace forklift::lessons

#endif  // FORKLIFT_APPS_LESSONS_LESSON_H_
