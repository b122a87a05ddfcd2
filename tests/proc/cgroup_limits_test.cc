#include "forklift/proc/cgroup_limits.h"

#include <stdint.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using Files = std::map<std::string, std::string>;

// A root with these files, and the groups of the process; paths of files are under /sys/fs/cgroup.
std::string Root(const std::string& groups, const Files& files) {
  static int trees = 0;
  std::string root = absl::StrCat(::getenv("TEST_TMPDIR"), "/tree", ++trees);
  std::filesystem::create_directories(root + "/proc/self");
  std::ofstream(root + "/proc/self/cgroup") << groups;
  for (const auto& [path, text] : files) {
    const std::filesystem::path file = absl::StrCat(root, "/sys/fs/cgroup/", path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  return root;
}

struct Case {
  std::string name;
  std::string groups;
  Files files;
  std::optional<double> cpus;
  std::optional<uint64_t> memory;
};

std::vector<Case> Cases() {
  return {
      {"no group, no files", "", {}, {}, {}},
      {"version 2, nothing limits",
       "0::/a\n",
       {{"a/cpu.max", "max 100000\n"}, {"a/memory.max", "max\n"}},
       {},
       {}},
      {"version 2, one and a half CPUs",
       "0::/a\n",
       {{"a/cpu.max", "150000 100000\n"}, {"a/memory.max", "1048576\n"}},
       1.5,
       1048576},
      {"version 2, an outer group is tighter",
       "0::/a/b/c\n",
       {{"a/cpu.max", "50000 100000\n"},
        {"a/b/cpu.max", "max 100000\n"},
        {"a/b/c/cpu.max", "400000 100000\n"},
        {"a/b/memory.max", "1000\n"},
        {"a/b/c/memory.max", "2000\n"}},
       0.5,
       1000},
      {"version 2, in a container whose root is the group",
       "0::/\n",
       {{"cpu.max", "200000 100000\n"}, {"memory.max", "4096\n"}},
       2,
       4096},
      {"version 2, the path is the host's",
       "0::/docker/abc\n",
       {{"cpu.max", "200000 100000\n"}},
       2,
       {}},
      {"version 1",
       "4:memory:/a\n3:cpu,cpuacct:/a\n2:cpuset:/z\n",
       {{"cpu/a/cpu.cfs_quota_us", "250000\n"},
        {"cpu/a/cpu.cfs_period_us", "100000\n"},
        {"memory/a/memory.limit_in_bytes", "8192\n"}},
       2.5,
       8192},
      {"version 1, nothing limits",
       "4:memory:/a\n3:cpu,cpuacct:/a\n",
       {{"cpu/a/cpu.cfs_quota_us", "-1\n"},
        {"cpu/a/cpu.cfs_period_us", "100000\n"},
        {"memory/a/memory.limit_in_bytes", "9223372036854771712\n"}},
       {},
       {}},
      {"version 1, the path is the host's",
       "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
       {{"cpu/cpu.cfs_quota_us", "100000\n"},
        {"cpu/cpu.cfs_period_us", "50000\n"},
        {"memory/memory.limit_in_bytes", "12288\n"}},
       2,
       12288},
      {"both side by side",
       "4:memory:/a\n1:name=systemd:/a\n0::/a\n",
       {{"memory/a/memory.limit_in_bytes", "8192\n"}, {"unified/a/cpu.max", "100000 100000\n"}},
       1,
       8192},
      {"a colon in the path", "0::/a:b\n", {{"a:b/memory.max", "5\n"}}, {}, 5},
      {"what is not understood limits nothing",
       "0::/a\nnonsense\n",
       {{"a/cpu.max", "many\n"}, {"a/memory.max", "-7\n"}, {"cpu.max", "0 0\n"}},
       {},
       {}},
  };
}

TEST(CgroupLimitsTest, TheTightestOfAllGroupsCounts) {
  for (const Case& c : Cases()) {
    const CgroupLimits limits = ReadCgroupLimits(Root(c.groups, c.files));
    EXPECT_EQ(limits.cpus, c.cpus) << c.name;
    EXPECT_EQ(limits.memory, c.memory) << c.name;
  }
}

TEST(CgroupLimitsTest, TheCpuCountIsTheQuotaRoundedUpAndAtLeastOne) {
  const int all = EffectiveCpuCount(Root("", {}));
  EXPECT_GE(all, 1);
  const auto with_quota = [](const std::string& quota) {
    return EffectiveCpuCount(Root("0::/\n", {{"cpu.max", quota}}));
  };
  EXPECT_EQ(with_quota("max 100000"), all);
  EXPECT_EQ(with_quota("100000000 1000"), all) << "more than there are";
  EXPECT_EQ(with_quota("1000 100000"), 1);
  EXPECT_EQ(with_quota("100000 100000"), 1);
  EXPECT_EQ(with_quota("110000 100000"), all == 1 ? 1 : 2);
}

TEST(CgroupLimitsTest, ReadsTheRealOnes) {
  const CgroupLimits limits = ReadCgroupLimits();
  EXPECT_GT(limits.cpus.value_or(1), 0);
  EXPECT_GE(EffectiveCpuCount(), 1);
}

}  // namespace
}  // namespace forklift::proc
