#include "forklift/proc/resource_limits.h"

#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "forklift/net/posix_error.h"

namespace forklift::proc {
namespace {

struct Resource {
  std::string_view name;
  int number;
};

constexpr Resource kResources[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

// glibc gives the functions an enumeration in C++.
__rlimit_resource_t Native(int resource) { return static_cast<__rlimit_resource_t>(resource); }

std::string Text(rlim_t value) {
  return value == RLIM_INFINITY ? "unlimited" : absl::StrCat(uint64_t{value});
}

}  // namespace

absl::StatusOr<int> ResourceByName(std::string_view name) {
  std::string_view stem = name;
  absl::ConsumePrefix(&stem, "RLIMIT_");
  for (const Resource& resource : kResources) {
    if (absl::EqualsIgnoreCase(stem, resource.name)) return resource.number;
  }
  return absl::NotFoundError(
      absl::StrCat("no resource limit is named '", name, "'; there are ",
                   absl::StrJoin(kResources, ", ", [](std::string* out, const Resource& resource) {
                     absl::StrAppend(out, resource.name);
                   })));
}

absl::StatusOr<rlimit> GetLimit(std::string_view name) {
  const absl::StatusOr<int> resource = ResourceByName(name);
  if (!resource.ok()) return resource.status();
  rlimit limit;
  if (::getrlimit(Native(*resource), &limit) != 0) {
    return net::PosixError(errno, absl::StrCat("getrlimit ", name));
  }
  return limit;
}

absl::Status SetLimit(std::string_view name, const rlimit& limit) {
  const absl::StatusOr<int> resource = ResourceByName(name);
  if (!resource.ok()) return resource.status();
  if (::setrlimit(Native(*resource), &limit) != 0) {
    const int error = errno;
    return net::PosixError(error, absl::StrCat("setrlimit ", name, " to ", Text(limit.rlim_cur),
                                               " of ", Text(limit.rlim_max), " (soft of hard)"));
  }
  return absl::OkStatus();
}

absl::Status RaiseSoftLimit(std::string_view name) {
  absl::StatusOr<rlimit> limit = GetLimit(name);
  if (!limit.ok()) return limit.status();
  limit->rlim_cur = limit->rlim_max;
  return SetLimit(name, *limit);
}

}  // namespace forklift::proc
