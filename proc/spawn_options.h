// SpawnOptions say what proc/spawn.h starts: the program, and all that it finds when it starts.
//
// Plain values: own only memory, block nothing. Descriptors in them are borrowed until Spawn
// returns.
#ifndef FORKLIFT_PROC_SPAWN_OPTIONS_H_
#define FORKLIFT_PROC_SPAWN_OPTIONS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forklift/proc/credentials.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {

// What stands behind one descriptor of the program.
class Redirection {
 public:
  enum class Kind { kDescriptor, kFile, kPipeToProgram, kPipeFromProgram, kSameAs };

  // The caller's open descriptor `fd`, whatever its number: borrowed, and it may be CLOEXEC.
  static Redirection Descriptor(int fd) { return Redirection(Kind::kDescriptor, fd); }
  // /dev/null, to read and to write.
  static Redirection Null();
  // A file that the caller opens, as open(2) takes `flags` and `mode`: with the rights and in the
  // working directory of the caller. Blocks where open does: a FIFO without its other end.
  static Redirection File(std::string path, int flags, mode_t mode = 0666);
  // A pipe of which the program has the reading, or the writing end, and SpawnedProgram::pipes the
  // other.
  static Redirection PipeToProgram() { return Redirection(Kind::kPipeToProgram, -1); }
  static Redirection PipeFromProgram() { return Redirection(Kind::kPipeFromProgram, -1); }
  // What the program's descriptor `number` has, which is redirected too and not itself by SameAs:
  // 2>&1 is {STDERR_FILENO, Redirection::SameAs(STDOUT_FILENO)}.
  static Redirection SameAs(int number) { return Redirection(Kind::kSameAs, number); }

  Kind kind() const { return kind_; }
  int number() const { return number_; }
  const std::string& path() const { return path_; }
  int flags() const { return flags_; }
  mode_t mode() const { return mode_; }

 private:
  Redirection(Kind kind, int number) : kind_(kind), number_(number) {}

  Kind kind_;
  int number_;  // of the caller for kDescriptor, of the program for kSameAs
  std::string path_;
  int flags_ = 0;
  mode_t mode_ = 0;
};

struct SpawnOptions {
  // argv[0] is the program: a path where it has a slash. One without is looked for in the absolute
  // directories of the caller's PATH (/usr/bin:/bin where it is unset) as execvp(3) does, but
  // relative ones are passed over, and a file that is no program is not given to a shell.
  std::vector<std::string> argv;
  // To execute another file than argv[0] names. Looked for in the same way.
  std::string program;

  // The environment: the caller's unless cleared, without `unset`, with `environment` added or
  // replaced.
  bool clear_environment = false;
  std::vector<std::string> unset;
  std::map<std::string, std::string> environment;

  // Changed to as the program's user. Empty for the caller's. A relative program is under it.
  std::string working_directory;

  // By their numbers in the program. 0, 1 and 2 are the caller's where they are not named here,
  // /dev/null where the caller has closed them. No other descriptor reaches the program.
  std::map<int, Redirection> descriptors;

  // A session of its own, and so a process group that it leads (setsid(2)), without a terminal.
  bool new_session = false;
  // The process group to join, or 0 to lead a new one, which Child::SignalGroup and Terminate
  // reach (setpgid(2)).
  std::optional<pid_t> process_group;

  // Whom to run as. Takes root (CAP_SETUID and CAP_SETGID). Another than the user 0 has no
  // capabilities, whatever ambient ones the caller has.
  std::optional<Credentials> credentials;
  // Neither it nor what it executes gains privileges: no set-user-ID bit, no file capability
  // (prctl(2) PR_SET_NO_NEW_PRIVS).
  bool no_new_privileges = false;
  std::optional<mode_t> umask;
  // RLIMIT_NOFILE and the like, with what to set them to (setrlimit(2)).
  std::vector<std::pair<int, rlimit>> limits;

  // The signal that the program gets when the thread that spawned it ends (sic: prctl(2)
  // PR_SET_PDEATHSIG), 0 for none. Where that was over before it could be asked for, the program is
  // not started. Executing a set-user-ID program clears it.
  int parent_death_signal = 0;

  // Every signal is at its default and none blocked, but these are ignored.
  signals::SignalSet ignored_signals;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_SPAWN_OPTIONS_H_
