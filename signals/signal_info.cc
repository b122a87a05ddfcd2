#include "forklift/signals/signal_info.h"

#include <signal.h>
#include <stdint.h>
#include <sys/signalfd.h>

#include <bit>
#include <string>

#include "absl/strings/str_cat.h"
#include "forklift/signals/signal_name.h"

namespace forklift::signals {
namespace {

std::string WhatBecameOf(const SignalInfo& child) {
  switch (child.code) {
    case CLD_EXITED:
      return absl::StrCat("exited with status ", child.status);
    case CLD_KILLED:
      return absl::StrCat("killed by ", SignalName(child.status));
    case CLD_DUMPED:
      return absl::StrCat("killed by ", SignalName(child.status), ", core dumped");
    case CLD_STOPPED:
      return absl::StrCat("stopped by ", SignalName(child.status));
    case CLD_CONTINUED:
      return "continued";
    default:
      return "changed its state";
  }
}

}  // namespace

// The members of siginfo_t share their bytes: only those that go with the code mean anything.
SignalInfo SignalInfo::From(const siginfo_t& info) {
  SignalInfo result;
  result.signal = info.si_signo;
  result.code = info.si_code;
  if (result.of_child()) {
    result.status = info.si_status;
  } else if (info.si_code == SI_QUEUE || info.si_code == SI_TIMER || info.si_code == SI_MESGQ) {
    result.value = info.si_value;
  }
  if (result.of_child() || info.si_code == SI_USER || info.si_code == SI_TKILL ||
      info.si_code == SI_QUEUE || info.si_code == SI_MESGQ) {
    result.pid = info.si_pid;
    result.uid = info.si_uid;
  }
  return result;
}

// Here each has its own place, and what does not go with the code is zero.
SignalInfo SignalInfo::From(const signalfd_siginfo& info) {
  SignalInfo result;
  result.signal = static_cast<int>(info.ssi_signo);
  result.code = info.ssi_code;
  result.pid = static_cast<pid_t>(info.ssi_pid);
  result.uid = info.ssi_uid;
  result.status = info.ssi_status;
  result.value.sival_ptr = std::bit_cast<void*>(static_cast<uintptr_t>(info.ssi_ptr));
  return result;
}

std::string SignalInfo::ToString() const {
  const SignalName name(signal);
  if (of_child()) return absl::StrCat(name, ": pid ", pid, " ", WhatBecameOf(*this));
  if (pid != 0) return absl::StrCat(name, " from pid ", pid, " of user ", uid);
  return std::string(name.view());
}

}  // namespace forklift::signals
