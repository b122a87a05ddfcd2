#include "forklift/proc/exit_status.h"

#include <signal.h>
#include <sys/wait.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "forklift/signals/signal_name.h"

namespace forklift::proc {

ExitStatus ExitStatus::FromWaitStatus(int wait_status) {
  if (WIFEXITED(wait_status)) return ExitStatus(Kind::kExited, WEXITSTATUS(wait_status), false);
  if (WIFSIGNALED(wait_status)) {
    return ExitStatus(Kind::kSignalled, WTERMSIG(wait_status), WCOREDUMP(wait_status) != 0);
  }
  if (WIFSTOPPED(wait_status)) return ExitStatus(Kind::kStopped, WSTOPSIG(wait_status), false);
  if (WIFCONTINUED(wait_status)) return ExitStatus(Kind::kContinued, 0, false);
  return Unknown();
}

ExitStatus ExitStatus::FromSignalInfo(const siginfo_t& info) {
  switch (info.si_code) {
    case CLD_EXITED:
      return ExitStatus(Kind::kExited, info.si_status & 0xff, false);
    case CLD_KILLED:
    case CLD_DUMPED:
      return ExitStatus(Kind::kSignalled, info.si_status, info.si_code == CLD_DUMPED);
    case CLD_STOPPED:
      return ExitStatus(Kind::kStopped, info.si_status, false);
    case CLD_CONTINUED:
      return ExitStatus(Kind::kContinued, 0, false);
    default:
      return Unknown();
  }
}

int ExitStatus::ShellCode() const {
  if (kind_ == Kind::kExited) return number_;
  if (kind_ == Kind::kSignalled) return 128 + number_;
  return -1;
}

std::string ExitStatus::ToString() const {
  switch (kind_) {
    case Kind::kExited:
      return absl::StrCat("exited with status ", number_);
    case Kind::kSignalled:
      return absl::StrCat("killed by signal ", number_, " (", signals::SignalName(number_), ")",
                          core_dumped_ ? ", core dumped" : "");
    case Kind::kStopped:
      return absl::StrCat("stopped by signal ", number_, " (", signals::SignalName(number_), ")");
    case Kind::kContinued:
      return "continued";
    case Kind::kUnknown:
      break;
  }
  return "ended; its status was taken by another wait";
}

}  // namespace forklift::proc
