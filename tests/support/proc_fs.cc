#include "forklift/tests/support/proc_fs.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace forklift::tests {
namespace {

// The numbers among the names in a directory.
std::vector<int> NumbersIn(const std::string& path) {
  std::vector<int> numbers;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return numbers;
  const int own = path == absl::StrCat("/proc/", ::getpid(), "/fd") ? ::dirfd(directory) : -1;
  while (const dirent* entry = ::readdir(directory)) {
    int number;
    if (absl::SimpleAtoi(entry->d_name, &number) && number != own) numbers.push_back(number);
  }
  ::closedir(directory);
  return numbers;
}

struct Stat {
  char state = '\0';
  pid_t parent = 0;
  int64_t ticks = 0;  // of the processors, for the program and for the kernel
};

Stat ReadStat(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string text;
  std::getline(file, text);
  Stat stat;
  // The name in parentheses may hold anything; what follows the last one is plain.
  const size_t name_end = text.rfind(')');
  if (name_end != text.npos) {
    std::istringstream fields(text.substr(name_end + 1));
    fields >> stat.state >> stat.parent;
    constexpr int kFieldsBetween = 9;  // up to utime, which is the 14th
    std::string skipped;
    for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
    int64_t user = 0;
    int64_t system = 0;
    fields >> user >> system;
    stat.ticks = user + system;
  }
  return stat;
}

}  // namespace

std::set<int> OpenDescriptors(pid_t pid) {
  const std::vector<int> numbers = NumbersIn(absl::StrCat("/proc/", pid, "/fd"));
  return std::set<int>(numbers.begin(), numbers.end());
}

std::string DescriptorTarget(pid_t pid, int fd) {
  std::error_code none;
  return std::filesystem::read_symlink(absl::StrCat("/proc/", pid, "/fd/", fd), none);
}

std::vector<pid_t> Children(pid_t pid) {
  std::vector<pid_t> children;
  for (pid_t candidate : NumbersIn("/proc")) {
    if (ReadStat(candidate).parent == pid) children.push_back(candidate);
  }
  return children;
}

absl::Duration CpuTime(pid_t pid) {
  return absl::Seconds(1) * ReadStat(pid).ticks / ::sysconf(_SC_CLK_TCK);
}

char ProcessState(pid_t pid) { return ReadStat(pid).state; }

bool HasEnded(pid_t pid) {
  const char state = ProcessState(pid);
  return state == '\0' || state == 'Z' || state == 'X';
}

bool CatchesSignal(pid_t pid, int signal) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(file, line);) {
    std::string_view digits = line;
    uint64_t caught;
    if (!absl::ConsumePrefix(&digits, "SigCgt:\t") || !absl::SimpleHexAtoi(digits, &caught))
      continue;
    return (caught >> (signal - 1)) & 1;
  }
  return false;
}

}  // namespace forklift::tests
