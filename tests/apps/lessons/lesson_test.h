// What the tests of the lessons have in common.
#ifndef FORKLIFT_TESTS_APPS_LESSONS_LESSON_TEST_H_
#define FORKLIFT_TESTS_APPS_LESSONS_LESSON_TEST_H_

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"

namespace forklift::tests {

inline constexpr std::string_view kShortRequest = "GET / HTTP/1.1\r\n\r\n";
inline constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\n\nHello, World!\n";

// Has `count` clients served by a child each, whose parent is stopped until all have become
// zombies: so it finds one SIGCHLD pending for all of them, in every run. False where the server
// does not do that.
inline bool EndAtOnce(RunningServer& server, size_t count) {
  const pid_t parent = server.process().pid();
  std::vector<net::UniqueFd> clients;
  for (size_t i = 0; i < count; ++i) clients.push_back(Connect(server.address()));
  if (!Eventually([&] { return Children(parent).size() == count; })) return false;
  server.process().Signal(SIGSTOP);
  if (!Eventually([&] { return ProcessState(parent) == 'T'; })) return false;
  for (const net::UniqueFd& client : clients) Send(client, kShortRequest);
  const std::vector<pid_t> children = Children(parent);
  const bool ended = Eventually([&] {
    return std::all_of(children.begin(), children.end(),
                       [](pid_t child) { return ProcessState(child) == 'Z'; });
  });
  server.process().Signal(SIGCONT);
  return ended;
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_APPS_LESSONS_LESSON_TEST_H_
