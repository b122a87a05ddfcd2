#include "forklift/signals/signal_info.h"

#include <signal.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

siginfo_t Sent(int signal, int code) {
  siginfo_t info = {};
  info.si_signo = signal;
  info.si_code = code;
  return info;
}

TEST(SignalInfoTest, ReadsOnlyTheMembersThatGoWithTheCode) {
  // A fault's address lies where others have a pid.
  siginfo_t fault = Sent(SIGIO, SI_KERNEL);
  fault.si_addr = &fault;
  EXPECT_EQ(SignalInfo::From(fault).pid, 0);
  EXPECT_EQ(SignalInfo::From(fault).uid, 0u);

  siginfo_t killed = Sent(SIGCHLD, SI_USER);  // by kill: no child
  killed.si_pid = 12;
  killed.si_status = 99;
  EXPECT_EQ(SignalInfo::From(killed).pid, 12);
  EXPECT_EQ(SignalInfo::From(killed).status, 0);
  EXPECT_FALSE(SignalInfo::From(killed).of_child());

  siginfo_t queued = Sent(SIGUSR1, SI_QUEUE);
  queued.si_pid = 12;
  queued.si_uid = 34;
  queued.si_value.sival_int = 56;
  EXPECT_EQ(SignalInfo::From(queued).pid, 12);
  EXPECT_EQ(SignalInfo::From(queued).uid, 34u);
  EXPECT_EQ(SignalInfo::From(queued).value.sival_int, 56);
}

TEST(SignalInfoTest, SaysWhoSentWhat) {
  const struct {
    SignalInfo info;
    const char* text;
  } kCases[] = {
      {{.signal = SIGTERM, .code = SI_USER, .pid = 12, .uid = 34},
       "SIGTERM from pid 12 of user 34"},
      {{.signal = SIGALRM, .code = SI_KERNEL}, "SIGALRM"},
      {{.signal = SIGCHLD, .code = SI_USER, .pid = 12}, "SIGCHLD from pid 12 of user 0"},
      {{.signal = SIGCHLD, .code = CLD_EXITED, .pid = 12, .status = 3},
       "SIGCHLD: pid 12 exited with status 3"},
      {{.signal = SIGCHLD, .code = CLD_KILLED, .pid = 12, .status = SIGKILL},
       "SIGCHLD: pid 12 killed by SIGKILL"},
      {{.signal = SIGCHLD, .code = CLD_DUMPED, .pid = 12, .status = SIGABRT},
       "SIGCHLD: pid 12 killed by SIGABRT, core dumped"},
      {{.signal = SIGCHLD, .code = CLD_STOPPED, .pid = 12, .status = SIGSTOP},
       "SIGCHLD: pid 12 stopped by SIGSTOP"},
      {{.signal = SIGCHLD, .code = CLD_CONTINUED, .pid = 12, .status = SIGCONT},
       "SIGCHLD: pid 12 continued"},
  };
  for (const auto& test : kCases) EXPECT_EQ(absl::StrCat(test.info), test.text);
}

}  // namespace
}  // namespace forklift::signals
