// Successor is the next version of a running server: the program started anew, with the listeners
// handed over, so that no client is refused while one takes over from the other.
//
// The predecessor starts it and goes on until it says that it is ready; one that fails before that
// changes nothing. The listeners are the successor's descriptors from 4 up; 3 is a pipe by which
// it says so; the environment variable FORKLIFT_UPGRADE has a word for each listener: "own" where
// the predecessor was in charge of it, as the successor will be, or "lent" where a service manager
// is.
//
// Owns the successor until it is released: with the object it is killed. Never blocks, but for the
// start of the program (proc/spawn.h).
#ifndef FORKLIFT_HTTP_SERVER_UPGRADE_H_
#define FORKLIFT_HTTP_SERVER_UPGRADE_H_

#include <signal.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"

namespace forklift::http::server {

// How the program was started.
struct UpgradeCommand {
  std::string program;  // a path, which leads to the new version later
  std::vector<std::string> arguments;
};

// The arguments are main's. Where the first is a path, that is the program's, made absolute: what
// is put in its place later, or what a symbolic link in it leads to then, is what will be started.
// A name that was found on PATH is looked up in /proc now; an error where that does not tell.
absl::StatusOr<UpgradeCommand> ThisCommand(int argc, char** argv);

class Successor {
 public:
  enum class State { kStarting, kReady, kFailed };

  // Errors of proc::Spawn and pipe2.
  static absl::StatusOr<std::unique_ptr<Successor>> Start(
      const UpgradeCommand& command, const std::vector<net::Listener>& listeners);

  // To poll for reading, and then to Look.
  int fd() const { return ready_pipe_.get(); }
  // How it is now.
  State Look();

  pid_t pid() const { return child_.pid(); }

  // Sends SIGTERM, by which it ends at once or gracefully.
  void TellToStop() { child_.Signal(SIGTERM); }
  bool HasEnded() { return child_.WaitWithoutReaping(net::Deadline::After(absl::ZeroDuration())); }

  // Lets it live on when this object is gone.
  void Release() { [[maybe_unused]] const pid_t pid = child_.Release(); }

 private:
  Successor(proc::Child child, net::UniqueFd ready_pipe);

  proc::Child child_;
  net::UniqueFd ready_pipe_;
};

// The running version that this process is to take over from.
struct Predecessor {
  net::UniqueFd ready_pipe;
  std::vector<bool> was_in_charge;  // of each listener, in their order
};

// What a server begins with.
struct Inheritance {
  std::vector<net::Listener> listeners;
  std::optional<Predecessor> predecessor;  // whose listeners they are
};

// Empty where this process is nobody's successor. Takes FORKLIFT_UPGRADE out of the environment.
// kInvalidArgument or kFailedPrecondition where that or a descriptor is not what it should be.
absl::StatusOr<Inheritance> TakeInheritance();

// Tells the predecessor that it may stop, and takes charge of what that was in charge of. Dies
// where `listeners` are not those that came with it.
void TakeOver(const Predecessor& predecessor, std::vector<net::Listener>& listeners);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_UPGRADE_H_
