// Uses Forklift from outside: accepts a connection, forks for it, and reaps the child.
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forklift/net/listener.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/self_pipe.h"
#include "net/listener.h"

namespace {

int Fail(const char* step) {
  fprintf(stderr, "consumer_test: %s failed\n", step);
  return 1;
}

}  // namespace

int main() {
  if (strcmp(consumer::Listener::Name(), "the consumer's") != 0) return Fail("our own listener.h");

  auto self_pipe = forklift::signals::SelfPipe::Create({SIGCHLD});
  if (!self_pipe.ok()) return Fail("SelfPipe::Create");
  auto listener = forklift::net::Listener::Bind(forklift::net::Address::Ipv4Loopback(0), {});
  if (!listener.ok()) return Fail("Listener::Bind");
  const forklift::net::UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const forklift::net::Address& address = listener->local_address();
  if (connect(client.get(), address.native(), address.native_size()) != 0) return Fail("connect");
  const forklift::net::AcceptResult accepted = listener->TryAccept();
  if (accepted.outcome != forklift::net::AcceptOutcome::kAccepted) return Fail("TryAccept");

  const pid_t pid = fork();
  if (pid == 0) _exit(send(accepted.connection.get(), "served", 6, MSG_NOSIGNAL) == 6 ? 42 : 1);
  forklift::proc::Reaper reaper;
  int code = -1;
  reaper.Adopt(pid, [&](pid_t, forklift::proc::ExitStatus status) { code = status.code(); });
  while (reaper.size() > 0) {
    pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
    if (poll(&entry, 1, 30'000) == 0) return Fail("SIGCHLD within 30 s");
    if ((*self_pipe)->Drain().Contains(SIGCHLD)) reaper.ReapAll();
  }
  char answer[8];
  if (code != 42 || recv(client.get(), answer, sizeof(answer), 0) != 6) return Fail("the exchange");
  puts("consumer_test: accepted, served by a child, reaped");
  return 0;
}
