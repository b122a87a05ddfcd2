// capabilities takes the calling thread's capabilities away, as a change from root to another user
// does, whatever securebits and ambient sets are meant to keep (capabilities(7)).
//
// For proc/credentials.cc and proc/child_setup.cc. Async-signal-safe: for a child before exec.
// Never blocks.
#ifndef FORKLIFT_PROC_CAPABILITIES_H_
#define FORKLIFT_PROC_CAPABILITIES_H_

#include <sys/types.h>

namespace forklift::proc {

// Empties the calling thread's permitted, effective and inheritable sets, and so the ambient one,
// which is a part of both; needs no right. Nothing that it executes has them but by file
// capabilities and set-user-ID bits. False, with errno, where the kernel refuses.
bool DropCapabilities();

// Whether the permitted set, and so the effective one, of thread `tid` (0 for the calling one) is
// empty; also where there is no such thread any more.
bool HasNoCapabilities(pid_t tid);

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CAPABILITIES_H_
