// ServiceManager is what systemd is to a service: the socket that NOTIFY_SOCKET names, and what the
// service has said there (sd_notify(3)).
//
//   ServiceManager manager;
//   RunningServer server({}, {.environment = {{"NOTIFY_SOCKET", manager.name()}}});
//   EXPECT_EQ(manager.Receive(), "READY=1");
#ifndef FORKLIFT_TESTS_SUPPORT_SERVICE_MANAGER_H_
#define FORKLIFT_TESTS_SUPPORT_SERVICE_MANAGER_H_

#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <random>
#include <string>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"

namespace forklift::tests {

class ServiceManager {
 public:
  ServiceManager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    std::random_device random;  // no other process of the machine has it
    name_ = absl::StrCat("@forklift-manager-", random(), "-", random());
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    ::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
    PCHECK(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size())) == 0);
  }

  const std::string& name() const { return name_; }

  // The next message, which is waited for; "<none>" where none comes.
  std::string Receive(absl::Duration timeout = kPatience) const {
    pollfd entry = {.fd = socket_.get(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
    char buffer[4096];
    const ssize_t count = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
    return count < 0 ? "<none>" : std::string(buffer, static_cast<size_t>(count));
  }

 private:
  net::UniqueFd socket_;
  std::string name_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_SERVICE_MANAGER_H_
