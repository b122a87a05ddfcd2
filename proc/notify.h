// Notifier tells the service manager (systemd, or who speaks its protocol) how a service fares:
// ready, reloading, stopping, alive. It is the protocol of sd_notify(3) without libsystemd.
//
// Owns one datagram socket, CLOEXEC, or nothing where no manager listens: then every call succeeds
// and does nothing, so that a program need not ask. Never blocks, never raises SIGPIPE; a message
// costs one system call and no allocation, unless it fails. A forked child may use its copy, if the
// manager takes messages from it (NotifyAccess=all). Not for signal handlers; safe from any thread,
// but FromEnvironment, which reads the environment.
//
//   absl::StatusOr<Notifier> notifier = Notifier::FromEnvironment(Notifier::Variables::kUnset);
//   if (!notifier.ok()) return notifier.status();
//   ...
//   const absl::Status told = notifier->Ready();  // once listening
#ifndef FORKLIFT_PROC_NOTIFY_H_
#define FORKLIFT_PROC_NOTIFY_H_

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/unique_fd.h"

namespace forklift::proc {

class Notifier {
 public:
  // Whether the variables stay in the environment. Without them, programs that the service starts
  // do not take themselves for the service.
  enum class Variables { kKeep, kUnset };

  // Reads NOTIFY_SOCKET, and WATCHDOG_USEC with WATCHDOG_PID. It is no error where NOTIFY_SOCKET is
  // absent or empty. kInvalidArgument where it is neither an absolute path nor an abstract name
  // ("@..."), or too long; an error of socket(2) otherwise.
  static absl::StatusOr<Notifier> FromEnvironment(Variables variables);

  // Whether a manager listens.
  bool active() const { return socket_.valid(); }

  // How often the manager expects Watchdog at the least, of this process: half of that is a good
  // interval. absl::InfiniteDuration() where it does not watch.
  absl::Duration watchdog_timeout() const { return watchdog_timeout_; }

  // Each returns the error of sendmsg(2) where the manager cannot be told now: its queue is full
  // (kUnavailable, EAGAIN: it may work later), or it has gone (ENOENT, ECONNREFUSED). A service
  // logs that and goes on; but Ready, Stopping and MainPid are worth another try a moment later, as
  // the manager waits for them.

  // READY=1: it has started, or reloaded.
  absl::Status Ready() const;
  // RELOADING=1 with MONOTONIC_USEC: until the next Ready.
  absl::Status Reloading() const;
  // STOPPING=1.
  absl::Status Stopping() const;
  // WATCHDOG=1: it is alive.
  absl::Status Watchdog() const;
  // MAINPID=: from now on `pid` is the service, after an upgrade of the binary. Dies where `pid` is
  // not positive.
  absl::Status MainPid(pid_t pid) const;
  // STATUS=: one line in words, as `systemctl status` shows it. kInvalidArgument where `text` has a
  // line break or a zero byte, which would begin another assignment, or more than 1024 bytes;
  // nothing is sent then.
  absl::Status Status(std::string_view text) const;

 private:
  Notifier() = default;

  absl::Status Send(std::string_view assignment, std::string_view value = "") const;

  net::UniqueFd socket_;
  sockaddr_un address_ = {};  // sent to each time: the manager may bind its socket anew
  socklen_t address_size_ = 0;
  absl::Duration watchdog_timeout_ = absl::InfiniteDuration();
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_NOTIFY_H_
