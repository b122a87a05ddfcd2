// Spawn starts a program in a child process, and says so at once where it cannot be started.
//
// What the program finds is in proc/spawn_options.h: its arguments, environment, directory,
// descriptors, user, limits, signals. A step that fails comes back as a Status with its name and
// errno; no process, zombie or descriptor is left then.
//
// Blocks until the program is executed; its copies of the descriptors that it is not to have are
// closed by the kernel then, maybe a moment after Spawn has returned. The SpawnedProgram owns the
// process (proc/child.h: it is killed with the object) and the parent's ends of its pipes. Safe in
// a process with threads, unlike proc/fork.h: everything is prepared before the child exists, which
// makes system calls only. It costs the same however much memory the parent has: the child borrows
// it until exec, as vfork(2) does. Not for signal handlers. Thread-safe, but for a setenv(3) or
// putenv(3) in another thread meanwhile: it reads the environment. No cancellation point
// (pthread_cancel(3)).
//
// A Reaper that reaps everything (proc/reaper.h: PID 1, subreapers) and a live SpawnedProgram
// exclude each other in one process: see proc/child.h.
//
//   absl::StatusOr<SpawnedProgram> sort =
//       Spawn({.argv = {"sort", "-n"},
//              .descriptors = {{STDIN_FILENO, Redirection::PipeToProgram()},
//                              {STDOUT_FILENO, Redirection::PipeFromProgram()}}});
//   if (!sort.ok()) return sort.status();
//   Communication said = Communicate(*std::move(sort), "10\n9\n");  // proc/communicate.h
#ifndef FORKLIFT_PROC_SPAWN_H_
#define FORKLIFT_PROC_SPAWN_H_

#include <map>

#include "absl/status/statusor.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/spawn_options.h"

namespace forklift::proc {

struct SpawnedProgram {
  Child child;
  // The parent's end of each pipe that was asked for, by the number that it has in the program.
  // Blocking and CLOEXEC. Close the one to the program, or it waits for its end for ever.
  std::map<int, net::UniqueFd> pipes;
};

// Errors, all with the step in the message: kInvalidArgument for options that contradict
// themselves (no argv, a zero byte in a string, '=' in a variable's name, SameAs of what is not
// redirected, the user or group -1, a new session that is to join a process group); of pipe2, open
// and clone (EAGAIN: a limit on processes) in the parent; in the child of setsid, setpgid, fcntl
// and dup2 ("placing descriptor 3"), setrlimit (with the number of the resource), setgroups,
// setresgid, setresuid, capset, prctl, chdir, and of execve: kNotFound (ENOENT, also for a script's
// interpreter), kPermissionDenied (EACCES), ENOEXEC for a file that is no program, E2BIG for too
// long arguments.
absl::StatusOr<SpawnedProgram> Spawn(const SpawnOptions& options);

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_SPAWN_H_
