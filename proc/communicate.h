// Communicate feeds a spawned program its standard input and collects what it says on standard
// output and standard error, all at once, so that neither side can wait for the other for ever.
//
// Takes the program over: when it returns, the program has ended, or was killed. Blocks up to the
// deadline, and then until the kernel has killed, up to `kill_patience`. Bounded in memory by
// `max_bytes`. A grandchild that holds a pipe open does not keep it: once the program has ended,
// what is in the pipes is read, and that is all. Not for signal handlers; thread-safe. Not for a
// dialogue, where the input depends on the output: read and write SpawnedProgram::pipes, and mind
// the deadlock. Not beside a Reaper that reaps everything (proc/child.h).
//
//   Communication said = Communicate(*std::move(sort), "10\n9\n");
//   if (said.outcome == Communication::Outcome::kEnded && said.status.success()) Use(said.output);
#ifndef FORKLIFT_PROC_COMMUNICATE_H_
#define FORKLIFT_PROC_COMMUNICATE_H_

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/spawn.h"

namespace forklift::proc {

struct CommunicateOptions {
  net::Deadline deadline = net::Deadline::Infinite();
  // That output and error may have together.
  size_t max_bytes = size_t{64} << 20;
  // From SIGKILL until the program is given up (kNotKilled).
  absl::Duration kill_patience = absl::Seconds(10);
  // The process group that the program leads (SpawnOptions::process_group = 0) is killed with it,
  // and also what is left of the group when the program has ended by itself.
  bool group = false;
};

struct Communication {
  enum class Outcome {
    kEnded,     // by itself: see status
    kTimedOut,  // killed at the deadline
    kTooMuch,   // killed when it had said more than max_bytes
    // To be killed for one of these, but still there: see child. It may not be signalled (it runs
    // as another user), or is in an uninterruptible wait.
    kNotKilled,
  };
  Outcome outcome;
  ExitStatus status;   // how it ended; that of the kill where it was killed; else Unknown()
  std::string output;  // of its descriptors 1 and 2, as far as they were pipes to the caller, and
  std::string error;   // as far as they were received: at most max_bytes
  // Whether all of the input is in the pipe. That the program has read it is another matter: `head`
  // takes what it wants.
  bool input_taken;
  // The program where it is kNotKilled, for the caller to wait for or to hand to a Reaper; its
  // destructor tries again to kill it. Empty otherwise.
  std::optional<Child> child;
};

// `input` goes to the program's descriptor 0, which is then closed; it must be a pipe of
// SpawnedProgram where `input` is not empty, or the program of the caller dies. Pipes of other
// numbers are left alone, and closed at the end. A program that does not read its input raises no
// SIGPIPE here.
Communication Communicate(SpawnedProgram program, std::string_view input,
                          const CommunicateOptions& options = {});

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_COMMUNICATE_H_
