// SignalInfo is what the kernel tells of one signal: who sent it, or which child ended and how.
//
// A value: owns nothing, never blocks; safe across fork and from any thread. From is
// async-signal-safe; ToString allocates.
//
// Not for authorization, nor to tell which children to wait for: signals of a kind coalesce, and so
// does what is told of them, and a process of the same user can forge all of it (sigqueue(3)).
//
//   LOG(INFO) << info;  // SIGTERM from pid 4711 of user 0
#ifndef FORKLIFT_SIGNALS_SIGNAL_INFO_H_
#define FORKLIFT_SIGNALS_SIGNAL_INFO_H_

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include <string>

namespace forklift::signals {

struct SignalInfo {
  int signal = 0;
  // si_code of sigaction(2): SI_USER of kill, SI_TKILL of raise, SI_QUEUE of sigqueue, SI_KERNEL;
  // with SIGCHLD CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_STOPPED, CLD_CONTINUED.
  int code = 0;
  // The process that sent it, or the child, and its real user. 0 where there is none, where it is
  // in a pid namespace out of sight, or where the kernel had no memory to note it.
  pid_t pid = 0;
  uid_t uid = 0;
  int status = 0;           // of the child: its exit code with CLD_EXITED, else the signal
  union sigval value = {};  // as sigqueue, or a timer, was given it

  static SignalInfo From(const siginfo_t& info);
  static SignalInfo From(const signalfd_siginfo& info);

  // Whether it tells of a child, as SIGCHLD from the kernel does; one that was sent by kill does
  // not.
  bool of_child() const { return signal == SIGCHLD && code > 0 && code != SI_KERNEL; }

  // "SIGTERM from pid 4711 of user 0", "SIGCHLD: pid 4712 exited with status 3", "SIGALRM".
  std::string ToString() const;
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const SignalInfo& info) {
    sink.Append(info.ToString());
  }
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_INFO_H_
