// RunningServer is a real server binary, started on a free port and known to listen.
//
// The binary comes from the test's runfiles; its BUILD rule has //apps:concurrent_server in data,
// and that target's $(rootpath) as SERVER in env. Or any other server that takes --port and prints
// the same readiness line.
#ifndef FORKLIFT_TESTS_SUPPORT_RUNNING_SERVER_H_
#define FORKLIFT_TESTS_SUPPORT_RUNNING_SERVER_H_

#include <stddef.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "forklift/net/address.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/test_process.h"

namespace forklift::tests {

// A request that is the only one of its connection, one that is not, and what the answer to either
// ends with.
inline constexpr std::string_view kRequest =
    "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
inline constexpr std::string_view kKeepAliveRequest =
    "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
inline constexpr std::string_view kGreeting = "\r\n\r\nHello, World!\n";

// The path of the server's binary.
std::string ServerBinary();

class RunningServer {
 public:
  // Runs it with `flags` and waits for its readiness line. `wrapper` is put before the command: a
  // tracer that execs it. Dies where no readiness line comes.
  explicit RunningServer(const std::vector<std::string>& flags = {},
                         const TestProcessOptions& options = {},
                         const std::vector<std::string>& wrapper = {});

  TestProcess& process() { return process_; }
  const net::Address& address() const { return address_; }
  std::string Url(std::string_view target) const;

  // Opens `count` connections before it sends on the first, so that all are open at once; then
  // sends "GET /hello" on each, and returns the answers.
  std::vector<std::string> GetAtOnce(size_t count) const;

  // The worker processes, zombies among them.
  std::vector<pid_t> Workers() const { return Children(process_.pid()); }

  // The children of its workers, zombies among them: in the fork model, one for each connection.
  std::vector<pid_t> Connections() const;

  // Whether its workers have no child left, running or zombie; waits for those that are about to
  // go.
  bool HasNoConnections() const;

  // Tells it to stop, and is its exit code; -1 where a signal ended it, or nothing did.
  int Stop();

 private:
  TestProcess process_;
  net::Address address_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_RUNNING_SERVER_H_
