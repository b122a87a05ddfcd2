#include "forklift/proc/cgroup_limits.h"

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/net/eintr.h"
#include "forklift/net/unique_fd.h"

namespace forklift::proc {
namespace {

constexpr size_t kMaxFile = size_t{1} << 20;
// Version 1 writes "no limit" as the largest whole number of pages; the size of a page varies.
constexpr uint64_t kVersion1NoLimit = uint64_t{1} << 62;

// Empty where there is no such file.
std::string ReadFile(const std::string& path) {
  const net::UniqueFd file(
      net::RetryOnEintr([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  std::string text;
  while (file.valid() && text.size() < kMaxFile) {
    char buffer[4096];
    const ssize_t count =
        net::RetryOnEintr([&] { return ::read(file.get(), buffer, sizeof(buffer)); });
    if (count <= 0) break;
    text.append(buffer, static_cast<size_t>(count));
  }
  return text;
}

// Empty for "max", "-1" and everything that is no number.
std::optional<uint64_t> Number(std::string_view text) {
  uint64_t number;
  if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(text), &number)) return std::nullopt;
  return number;
}

template <typename T>
void Tighten(std::optional<T>& limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

std::optional<double> Quota(std::string_view quota, std::string_view period) {
  const std::optional<uint64_t> used = Number(quota);
  const std::optional<uint64_t> of = Number(period);
  if (!used || !of || *used == 0 || *of == 0) return std::nullopt;
  return static_cast<double>(*used) / static_cast<double>(*of);
}

void ReadVersion2(const std::string& folder, CgroupLimits& limits) {
  const std::string cpu_max = ReadFile(folder + "/cpu.max");  // "150000 100000" or "max 100000"
  const std::vector<std::string_view> words =
      absl::StrSplit(absl::StripAsciiWhitespace(cpu_max), ' ');
  if (words.size() == 2) Tighten(limits.cpus, Quota(words[0], words[1]));
  Tighten(limits.memory, Number(ReadFile(folder + "/memory.max")));
}

void ReadVersion1Cpu(const std::string& folder, CgroupLimits& limits) {
  Tighten(limits.cpus,
          Quota(ReadFile(folder + "/cpu.cfs_quota_us"), ReadFile(folder + "/cpu.cfs_period_us")));
}

void ReadVersion1Memory(const std::string& folder, CgroupLimits& limits) {
  const std::optional<uint64_t> bytes = Number(ReadFile(folder + "/memory.limit_in_bytes"));
  if (bytes && *bytes < kVersion1NoLimit) Tighten(limits.memory, bytes);
}

// Reads the group at `path` under the hierarchy mounted at `mount`, and all that it is in. Seen
// from inside a container the path may not exist, being the host's; its own group is then the
// mount's root, where this ends.
template <typename Read>
void WalkUp(const std::string& mount, std::string_view path, Read read, CgroupLimits& limits) {
  while (true) {
    read(absl::StrCat(mount, path), limits);
    const size_t slash = path.rfind('/');
    if (slash == path.npos || path.empty()) return;
    path = path.substr(0, slash);
  }
}

}  // namespace

CgroupLimits ReadCgroupLimits(const std::string& root) {
  CgroupLimits limits;
  const std::string mounts = root + "/sys/fs/cgroup";
  const std::string groups = ReadFile(root + "/proc/self/cgroup");
  for (std::string_view line : absl::StrSplit(groups, '\n', absl::SkipEmpty())) {
    // "0::/path" of version 2, "4:cpu,cpuacct:/path" of version 1; the path may hold colons.
    const std::vector<std::string_view> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    const std::string_view path = parts[2];
    if (parts[1].empty()) {
      WalkUp(mounts, path, ReadVersion2, limits);
      WalkUp(mounts + "/unified", path, ReadVersion2, limits);  // beside version 1
    }
    for (std::string_view controller : absl::StrSplit(parts[1], ',', absl::SkipEmpty())) {
      const std::string mount = absl::StrCat(mounts, "/", controller);  // a link where it is joint
      if (controller == "cpu") WalkUp(mount, path, ReadVersion1Cpu, limits);
      if (controller == "memory") WalkUp(mount, path, ReadVersion1Memory, limits);
    }
  }
  return limits;
}

int EffectiveCpuCount(const std::string& root) {
  // On a machine with more CPUs than the set holds this fails; then all that are online count.
  cpu_set_t allowed;
  int count = ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0
                  ? CPU_COUNT(&allowed)
                  : static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  const CgroupLimits limits = ReadCgroupLimits(root);
  if (limits.cpus && *limits.cpus < count) count = static_cast<int>(std::ceil(*limits.cpus));
  return std::max(count, 1);
}

}  // namespace forklift::proc
