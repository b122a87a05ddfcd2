// close_on_exec sets the flag FD_CLOEXEC on a range of descriptors, whoever opened them.
//
// Async-signal-safe: for a child before exec. Never blocks.
#ifndef FORKLIFT_PROC_CLOSE_ON_EXEC_H_
#define FORKLIFT_PROC_CLOSE_ON_EXEC_H_

namespace forklift::proc {

// Every open descriptor from `begin` to before `end` is closed by exec. Where close_range(2) cannot
// do it (before Linux 5.11; some sandboxes), by the list in /proc/self/fd; without /proc either,
// number by number, below 65536.
void CloseOnExec(int begin, int end);

// The same for every descriptor from `begin` on.
void CloseOnExecFrom(int begin);

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CLOSE_ON_EXEC_H_
