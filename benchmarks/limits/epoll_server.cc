// The least that the kernel lets a keep-alive server on one core do: epoll, and one recv and one
// send a wakeup. It sends as many answers as there are empty lines in what came, and looks at
// nothing else. Not for use: a limit that servers are measured against.
//
//   ./bazelw run -c opt //benchmarks/limits:epoll_server -- PORT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "forklift/benchmarks/limits/listen_on_loopback.h"

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
    "Connection: keep-alive\r\n\r\nHello, World!\n";
constexpr std::string_view kEmptyLine = "\r\n\r\n";
constexpr int kMostAnswers = 1024;

void Watch(int poller, int descriptor) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  ::epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

void AcceptAll(int poller, int listener) {
  const int on = 1;
  for (int connection;
       (connection = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(poller, connection);
  }
}

void Serve(int connection, std::string_view answers) {
  static char buffer[65536];
  const ssize_t size = ::recv(connection, buffer, sizeof buffer, 0);
  if (size <= 0) {
    ::close(connection);
    return;
  }
  const std::string_view received(buffer, static_cast<size_t>(size));
  size_t requests = 0;
  for (size_t at = 0; (at = received.find(kEmptyLine, at)) != received.npos;
       at += kEmptyLine.size()) {
    ++requests;
  }
  if (requests == 0) return;
  answers = answers.substr(0, requests * kAnswer.size());
  [[maybe_unused]] const ssize_t sent =
      ::send(connection, answers.data(), answers.size(), MSG_NOSIGNAL);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int listener =
      forklift::benchmarks::ListenOnLoopback(argv[1], SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  Watch(poller, listener);
  std::string answers;
  for (int i = 0; i < kMostAnswers; ++i) answers += kAnswer;
  static epoll_event events[512];
  for (;;) {
    const int ready = ::epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[i].data.fd;
      descriptor == listener ? AcceptAll(poller, listener) : Serve(descriptor, answers);
    }
  }
}
