// cgroup_limits tells how much CPU and memory this process may use, as its control groups say: what
// a container was given, which the number of CPUs and the size of the machine's memory do not
// show.
//
// Reads a few files under /proc and /sys/fs/cgroup, of version 1 and 2 of cgroups, also side by
// side (cgroups(7), Documentation/admin-guide/cgroup-v2.rst). Owns nothing; blocks as long as these
// files do; allocates. Thread-safe. The limits may change while the process runs: ask at the start,
// and again on a reload.
//
//   options.workers = EffectiveCpuCount();
#ifndef FORKLIFT_PROC_CGROUP_LIMITS_H_
#define FORKLIFT_PROC_CGROUP_LIMITS_H_

#include <stdint.h>

#include <optional>
#include <string>

namespace forklift::proc {

struct CgroupLimits {
  // CPUs that may be used at a time on average; 1.5 is one and a half. Empty where nothing limits.
  std::optional<double> cpus;
  // Bytes. Empty where nothing limits.
  std::optional<uint64_t> memory;

  friend bool operator==(const CgroupLimits&, const CgroupLimits&) = default;
};

// The tightest limits among the process's groups and all that these are in. `root` stands before
// /proc and /sys: empty for the real ones. What cannot be read or understood limits nothing.
CgroupLimits ReadCgroupLimits(const std::string& root = "");

// How many threads or processes can compute at a time: the CPUs that the calling thread may run on
// (sched_getaffinity(2)), or the CPU limit, rounded up, where that is less. At least 1.
int EffectiveCpuCount(const std::string& root = "");

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CGROUP_LIMITS_H_
