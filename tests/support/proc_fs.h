// What /proc says of a process: the truth that a test holds a server against.
#ifndef FORKLIFT_TESTS_SUPPORT_PROC_FS_H_
#define FORKLIFT_TESTS_SUPPORT_PROC_FS_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace forklift::tests {

// The descriptors that `pid` has open.
std::set<int> OpenDescriptors(pid_t pid);

// What is behind one of them, as ls -l shows it: "/dev/null", "socket:[12345]", ...; empty where it
// is not open.
std::string DescriptorTarget(pid_t pid, int fd);

// The children of `pid`, zombies among them.
std::vector<pid_t> Children(pid_t pid);

// The letter of ps: 'R', 'S', 'Z' for a zombie, ...; '\0' where there is no such process.
char ProcessState(pid_t pid);

// Whether it runs no more: it is gone, or a zombie.
bool HasEnded(pid_t pid);

// What it has had of the processors, with all of its threads; zero where there is no such process.
absl::Duration CpuTime(pid_t pid);

// Whether `pid` has a handler for the signal.
bool CatchesSignal(pid_t pid, int signal);

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_PROC_FS_H_
