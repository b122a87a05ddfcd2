// ServiceNotices tells the service manager how a server fares (proc/notify.h), and tells it again
// where it could not be told: a manager that misses the new main process of an upgrade kills it.
//
// A part of the caller's loop: call Advance at deadline() at the latest. Never blocks, but for
// Finish. Costs nothing where no manager listens. One object, one thread.
#ifndef FORKLIFT_HTTP_SERVER_SERVICE_NOTICES_H_
#define FORKLIFT_HTTP_SERVER_SERVICE_NOTICES_H_

#include <sys/types.h>

#include <deque>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/notify.h"

namespace forklift::http::server {

class ServiceNotices {
 public:
  explicit ServiceNotices(proc::Notifier notifier);

  // As those of Notifier. Sent at once, or in their turn once the manager takes what it is owed.
  void Ready();
  void Reloading();
  void Stopping();
  void MainPid(pid_t pid);
  void Status(std::string text);

  // Sends what is owed, and that the server is alive when that is due. What the manager does not
  // take within ten seconds is dropped, and the log says so.
  void Advance();
  net::Deadline deadline() const;

  // Sends what is owed, for the end of the process: within a second.
  void Finish();

 private:
  struct Owed {
    std::function<absl::Status(const proc::Notifier&)> send;
    net::Deadline until;
  };

  void Say(std::function<absl::Status(const proc::Notifier&)> send);
  void SendOwed();

  const proc::Notifier notifier_;
  std::deque<Owed> owed_;
  net::Deadline next_try_ = net::Deadline::Infinite();
  net::Deadline watchdog_due_ = net::Deadline::Infinite();
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_SERVICE_NOTICES_H_
