// The least that the kernel lets a server with a process for each connection do: accept, fork, one
// read, one write, _exit. It looks at nothing that is asked. Not for use: a limit that servers are
// measured against.
//
//   ./bazelw run -c opt //benchmarks/limits:fork_server -- PORT
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string_view>

#include "forklift/benchmarks/limits/listen_on_loopback.h"

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\nConnection: close\r\n\r\n"
    "Hello, World!\n";

void ReapAll(int) {
  const int saved_errno = errno;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  errno = saved_errno;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int listener = forklift::benchmarks::ListenOnLoopback(argv[1], SOCK_STREAM | SOCK_CLOEXEC);
  struct sigaction action = {};
  action.sa_handler = ReapAll;
  action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &action, nullptr);
  for (;;) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    if (::fork() == 0) {
      char buffer[4096];
      ::close(listener);
      if (::read(connection, buffer, sizeof buffer) > 0) {
        [[maybe_unused]] const ssize_t written =
            ::write(connection, kAnswer.data(), kAnswer.size());
      }
      ::_exit(0);
    }
    ::close(connection);
  }
}
