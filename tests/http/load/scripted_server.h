// ScriptedServer listens on a free port of the loopback, in a child process, and does with each
// connection what a test says: for what no real server would do.
//
// Owns the process, which ends with it, and dies of SIGALRM should a test hang.
#ifndef FORKLIFT_TESTS_HTTP_LOAD_SCRIPTED_SERVER_H_
#define FORKLIFT_TESTS_HTTP_LOAD_SCRIPTED_SERVER_H_

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/parent_death.h"
#include "forklift/proc/shared_array.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/in_child.h"

namespace forklift::tests {

class ScriptedServer {
 public:
  // What it does with a connection, in a process of its own; then that is closed.
  using Script = std::function<void(net::UniqueFd& connection, ScriptedServer& server)>;

  explicit ScriptedServer(Script script)
      : requests_(Shared()),
        listener_(Listen()),
        address_(listener_.local_address()),
        script_(std::move(script)) {
    const pid_t parent = ::getpid();
    child_ = StartChild([&] {
      proc::EndWithParent(parent, absl::ZeroDuration());
      return Serve();
    });
    listener_.Close();
  }
  ~ScriptedServer() {
    ::kill(child_, SIGKILL);
    WaitForChild(child_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  const net::Address& address() const { return address_; }

  // The requests that scripts have received, of all connections.
  uint64_t requests() const { return requests_[0]; }

  // For a script: waits for the next request's head, which request() is then; false where the
  // client has closed.
  bool ReceiveRequest(const net::UniqueFd& connection) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    while (!absl::StrContains(received_, kEnd)) {
      char buffer[4096];
      const net::IoResult received =
          net::Receive(connection.get(), absl::MakeSpan(buffer), net::Deadline::After(kPatience));
      if (received.outcome != net::IoOutcome::kOk) return false;
      received_.append(buffer, received.bytes);
    }
    const size_t size = received_.find(kEnd) + kEnd.size();
    request_ = received_.substr(0, size);
    received_.erase(0, size);
    ++requests_[0];
    return true;
  }

  const std::string& request() const { return request_; }

 private:
  static proc::SharedArray<std::atomic<uint64_t>> Shared() {
    auto shared = proc::SharedArray<std::atomic<uint64_t>>::Create(1);
    CHECK_OK(shared);
    return *std::move(shared);
  }
  static net::Listener Listen() {
    absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
    CHECK_OK(listener);
    return *std::move(listener);
  }

  int Serve() {
    ::signal(SIGCHLD, SIG_IGN);  // nobody waits for the connections' processes
    while (true) {
      if (!net::WaitReady(listener_.fd(), POLLIN, net::Deadline::Infinite()).ok()) return 1;
      net::AcceptResult accepted = listener_.TryAccept();
      if (accepted.outcome != net::AcceptOutcome::kAccepted) continue;
      const pid_t server = ::getpid();
      const absl::StatusOr<pid_t> child = proc::Fork([&] {
        proc::EndWithParent(server, absl::ZeroDuration());
        listener_.Close();
        script_(accepted.connection, *this);
        return 0;
      });
      if (!child.ok()) return 1;
    }
  }

  proc::SharedArray<std::atomic<uint64_t>> requests_;
  net::Listener listener_;
  const net::Address address_;
  const Script script_;
  pid_t child_ = -1;
  // In a connection's process:
  std::string request_;
  std::string received_;  // behind it
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_LOAD_SCRIPTED_SERVER_H_
