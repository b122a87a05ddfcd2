#include "forklift/proc/child_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/capabilities.h"
#include "forklift/proc/close_on_exec.h"
#include "forklift/proc/credentials.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"

namespace forklift::proc {
namespace {

std::vector<std::string> CandidatesFor(const std::string& program) {
  if (absl::StrContains(program, '/')) return {program};
  const char* path = ::getenv("PATH");
  std::vector<std::string> candidates;
  for (std::string_view folder : absl::StrSplit(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    if (absl::StartsWith(folder, "/")) candidates.push_back(absl::StrCat(folder, "/", program));
  }
  return candidates;
}

std::vector<std::string> EnvironmentFor(const SpawnOptions& options) {
  std::vector<std::string> variables;
  const std::set<std::string, std::less<>> unset(options.unset.begin(), options.unset.end());
  for (char** entry = environ; !options.clear_environment && *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    if (unset.contains(name) || options.environment.contains(std::string(name))) continue;
    variables.emplace_back(variable);
  }
  for (const auto& [name, value] : options.environment) {
    variables.push_back(absl::StrCat(name, "=", value));
  }
  return variables;
}

// --- From here on in the child: system calls only. ---

[[noreturn]] void Fail(const ChildSetup& setup, ChildFailure::Step step, int number = -1) {
  const ChildFailure failure = {.step = step, .error = errno, .number = number};
  (void)net::RetryOnEintr([&] { return ::write(setup.report, &failure, sizeof(failure)); });
  ::_exit(127);
}

// Puts each source at its target, whatever numbers cross: first all out of the way, then each where
// it belongs. dup2 gives the program a descriptor that stays open.
void PlaceDescriptors(ChildSetup& setup) {
  const int highest = setup.placements.back().target;  // 2 at least
  const int report = ::fcntl(setup.report, F_DUPFD_CLOEXEC, highest + 1);
  if (report < 0) Fail(setup, ChildFailure::kDescriptors, highest);
  setup.report = report;
  for (ChildSetup::Placement& placement : setup.placements) {
    placement.moved = ::fcntl(placement.source, F_DUPFD_CLOEXEC, highest + 1);
    if (placement.moved < 0) Fail(setup, ChildFailure::kDescriptors, placement.target);
  }
  int begin = 0;
  for (const ChildSetup::Placement& placement : setup.placements) {
    if (net::RetryOnEintr([&] { return ::dup2(placement.moved, placement.target); }) < 0)
      Fail(setup, ChildFailure::kDescriptors, placement.target);
    CloseOnExec(begin, placement.target);
    begin = placement.target + 1;
  }
  CloseOnExecFrom(begin);
}

void SetLimits(const ChildSetup& setup) {
  for (const auto& [resource, limit] : setup.options->limits) {
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0)
      Fail(setup, ChildFailure::kLimits, resource);
  }
}

void ChangeUser(const ChildSetup& setup, const Credentials& who) {
  // The system calls themselves: the C library's functions would also change the threads of the
  // parent whose memory this is.
  if (::syscall(SYS_setgroups, who.groups.size(), who.groups.data()) != 0)
    Fail(setup, ChildFailure::kGroups);
  if (::syscall(SYS_setresgid, who.gid, who.gid, who.gid) != 0) Fail(setup, ChildFailure::kGroup);
  if (::syscall(SYS_setresuid, who.uid, who.uid, who.uid) != 0) Fail(setup, ChildFailure::kUser);
  if (who.uid != 0 && !DropCapabilities()) Fail(setup, ChildFailure::kCapabilities);
}

bool SetDeathSignal(const ChildSetup& setup) {
  if (setup.options->parent_death_signal == 0) return true;
  if (::prctl(PR_SET_PDEATHSIG, setup.options->parent_death_signal) != 0) return false;
  if (::getppid() == setup.parent) return true;
  errno = ESRCH;  // it died before the line above
  return false;
}

// The first candidate that the kernel takes. As execvp(3): one that is missing or may not be
// executed does not hide a later one, but "may not" is worth reporting.
void Execute(const ChildSetup& setup) {
  int error = ENOENT;
  for (const std::string& program : setup.programs) {
    ::execve(program.c_str(), setup.argv.data(), setup.envp.data());
    if (errno == EACCES) error = EACCES;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return;
    if (setup.programs.size() == 1) return;
  }
  errno = error;
}

}  // namespace

const char* StepName(ChildFailure::Step step) {
  switch (step) {
    case ChildFailure::kSession:
      return "setsid";
    case ChildFailure::kProcessGroup:
      return "setpgid";
    case ChildFailure::kDescriptors:
      return "placing descriptor";
    case ChildFailure::kLimits:
      return "setrlimit";
    case ChildFailure::kGroups:
      return "setgroups";
    case ChildFailure::kGroup:
      return "setresgid";
    case ChildFailure::kUser:
      return "setresuid";
    case ChildFailure::kCapabilities:
      return "capset";
    case ChildFailure::kNewPrivileges:
      return "prctl PR_SET_NO_NEW_PRIVS";
    case ChildFailure::kDeathSignal:
      return "prctl PR_SET_PDEATHSIG";
    case ChildFailure::kWorkingDirectory:
      return "chdir";
    case ChildFailure::kExec:
      return "execve";
  }
  return "";
}

ChildSetup PrepareChild(const SpawnOptions& options) {
  ChildSetup setup = {.options = &options, .parent = ::getpid(), .report = -1};
  setup.programs = CandidatesFor(options.program.empty() ? options.argv.at(0) : options.program);
  for (const std::string& argument : options.argv)
    setup.argv.push_back(const_cast<char*>(argument.c_str()));
  setup.argv.push_back(nullptr);
  setup.environment = EnvironmentFor(options);
  for (std::string& variable : setup.environment) setup.envp.push_back(variable.data());
  setup.envp.push_back(nullptr);
  return setup;
}

void RunChild(ChildSetup& setup) {
  const SpawnOptions& options = *setup.options;
  signals::ResetDispositions(options.ignored_signals);
  if (options.new_session) {
    if (::setsid() < 0) Fail(setup, ChildFailure::kSession);
  } else if (options.process_group && ::setpgid(0, *options.process_group) != 0) {
    Fail(setup, ChildFailure::kProcessGroup);
  }
  if (options.umask) ::umask(*options.umask);
  PlaceDescriptors(setup);
  SetLimits(setup);
  if (options.credentials) ChangeUser(setup, *options.credentials);
  if (options.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    Fail(setup, ChildFailure::kNewPrivileges);
  // After the user, whose change clears it.
  if (!SetDeathSignal(setup)) Fail(setup, ChildFailure::kDeathSignal);
  if (!options.working_directory.empty() && ::chdir(options.working_directory.c_str()) != 0)
    Fail(setup, ChildFailure::kWorkingDirectory);
  signals::SetBlockedSignals({});
  Execute(setup);
  Fail(setup, ChildFailure::kExec);
}

}  // namespace forklift::proc
