// resource_limits reads and sets what the kernel lets this process use (getrlimit(2)), by names as
// ulimit and prlimit have them: "nofile", "nproc", "core", "as", ...
//
// Limits belong to the whole process; fork and exec keep them. Owns nothing, never blocks,
// thread-safe. Allocates: not for signal handlers, nor for a child before exec
// (SpawnOptions::limits).
//
//   absl::Status raised = RaiseSoftLimit("nofile");  // as far as an unprivileged process may
#ifndef FORKLIFT_PROC_RESOURCE_LIMITS_H_
#define FORKLIFT_PROC_RESOURCE_LIMITS_H_

#include <sys/resource.h>

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forklift::proc {

// RLIMIT_NOFILE for "nofile", "NOFILE" or "RLIMIT_NOFILE"; kNotFound, with the names that there
// are, for another.
absl::StatusOr<int> ResourceByName(std::string_view name);

// The soft and hard limit, RLIM_INFINITY where there is none; in the unit that getrlimit(2) gives
// for the resource. kNotFound for an unknown name.
absl::StatusOr<rlimit> GetLimit(std::string_view name);

// Sets both. kNotFound for an unknown name, kInvalidArgument for a soft limit above the hard one,
// kPermissionDenied for a hard limit that would rise, which takes root (CAP_SYS_RESOURCE).
absl::Status SetLimit(std::string_view name, const rlimit& limit);

// Sets the soft limit to the hard one.
absl::Status RaiseSoftLimit(std::string_view name);

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_RESOURCE_LIMITS_H_
