// ExitStatus says how a child ended or changed: exited, killed, stopped or continued.
//
// A value made from what wait(2) reports: owns nothing, never blocks, safe across fork and from any
// thread. ToString and SignalName allocate; the rest may be used in a signal handler.
//
//   int status;
//   if (::waitpid(pid, &status, 0) == pid) LOG(INFO) << ExitStatus::FromWaitStatus(status);
#ifndef FORKLIFT_PROC_EXIT_STATUS_H_
#define FORKLIFT_PROC_EXIT_STATUS_H_

#include <signal.h>

#include <string>

namespace forklift::proc {

class ExitStatus {
 public:
  enum class Kind {
    kExited,     // by exit or _exit: see code()
    kSignalled,  // killed: see signal() and core_dumped()
    kStopped,    // not ended (WUNTRACED): see signal()
    kContinued,  // not ended (WCONTINUED)
    kUnknown,    // gone, but another part of the process has taken the status
  };

  // From the status word of wait(2), waitpid(2) or wait4(2).
  static ExitStatus FromWaitStatus(int wait_status);
  // From what waitid(2) reports, and SIGCHLD brings along: CLD_EXITED and its kin in si_code.
  static ExitStatus FromSignalInfo(const siginfo_t& info);
  static ExitStatus Unknown() { return ExitStatus(Kind::kUnknown, 0, false); }

  Kind kind() const { return kind_; }
  bool success() const { return kind_ == Kind::kExited && number_ == 0; }

  // The exit code, 0 to 255; -1 unless it exited.
  int code() const { return kind_ == Kind::kExited ? number_ : -1; }
  // The signal that killed or stopped it; 0 for the other kinds.
  int signal() const { return kind_ == Kind::kSignalled || kind_ == Kind::kStopped ? number_ : 0; }
  bool core_dumped() const { return core_dumped_; }

  // What a shell reports in $?: the exit code, or 128 + the signal. -1 where it has not ended or is
  // unknown.
  int ShellCode() const;

  // "exited with status 3", "killed by signal 9 (SIGKILL)", "killed by signal 6 (SIGABRT), core
  // dumped", ...
  std::string ToString() const;

  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const ExitStatus& status) {
    sink.Append(status.ToString());
  }

 private:
  ExitStatus(Kind kind, int number, bool core_dumped)
      : kind_(kind), number_(number), core_dumped_(core_dumped) {}

  Kind kind_;
  int number_;  // the code or the signal
  bool core_dumped_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_EXIT_STATUS_H_
