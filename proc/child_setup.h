// child_setup is what the child of a Spawn does between its start and its program: everything in
// SpawnOptions, in the order that works.
//
// For proc/spawn.cc only. PrepareChild allocates, in the parent; RunChild is async-signal-safe,
// and may share its memory with the parent, whose threads run on: it uses nothing but system calls
// and what was prepared.
#ifndef FORKLIFT_PROC_CHILD_SETUP_H_
#define FORKLIFT_PROC_CHILD_SETUP_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forklift/proc/spawn_options.h"

namespace forklift::proc {

// Where a child failed, for its parent: which step, and errno.
struct ChildFailure {
  enum Step : int {
    kSession,
    kProcessGroup,
    kDescriptors,
    kLimits,
    kGroups,
    kGroup,
    kUser,
    kCapabilities,
    kNewPrivileges,
    kDeathSignal,
    kWorkingDirectory,
    kExec,
  };
  Step step;
  int error;
  int number;  // the program's descriptor for kDescriptors, the resource for kLimits
};

// "setsid", "execve", ...
const char* StepName(ChildFailure::Step step);

struct ChildSetup {
  const SpawnOptions* options;
  // The candidates to execute, in order; argv and envp with their final nullptr.
  std::vector<std::string> programs;
  std::vector<char*> argv;
  std::vector<std::string> environment;
  std::vector<char*> envp;
  // The caller's descriptor for each number in the program, by ascending number.
  struct Placement {
    int source;
    int target;
    int moved = -1;  // where the source waits while targets are overwritten
  };
  std::vector<Placement> placements;
  pid_t parent;
  int report;  // the writing end of a pipe, CLOEXEC: a ChildFailure, or nothing
};

// All but placements and report. `options` must outlive the result.
ChildSetup PrepareChild(const SpawnOptions& options);

// Becomes the program; where that fails, writes a ChildFailure and exits. All signals are blocked
// when it starts.
[[noreturn]] void RunChild(ChildSetup& setup);

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CHILD_SETUP_H_
