// SignalSource turns signals into readability of a descriptor, so that a poll loop handles them as
// one more event. There are two mechanisms behind it:
//
//                          SelfPipe (self_pipe.h)           SignalFd (signal_fd.h)
//   the signals are        caught by a handler              blocked, and read from the kernel
//   other threads          need nothing                     must block them too: create it first
//   system calls           are interrupted or restarted     are not interrupted
//   previous handlers      can be called on                 do not run
//   a forked child         has handlers that do nothing     has the signals blocked
//   an exec'd program      has the defaults                 has the signals blocked, unless reset
//   many real-time ones    more than 2,048 lose their info  wait in the kernel's queue
//
// Prefer SelfPipe where the program is not yours alone: it needs nothing of threads that others
// start. proc::Fork resets both the dispositions and the mask of its child.
//
// Owns its descriptors, and what it has changed, which it puts back when it is destroyed. Never
// blocks. Create, Drain and destroy one in one thread. A signal belongs to one SignalSource of a
// process at a time. A child that inherited one may only destroy it, and create its own.
#ifndef FORKLIFT_SIGNALS_SIGNAL_SOURCE_H_
#define FORKLIFT_SIGNALS_SIGNAL_SOURCE_H_

#include "forklift/signals/received_signals.h"

namespace forklift::signals {

class SignalSource {
 public:
  virtual ~SignalSource() = default;

  SignalSource(const SignalSource&) = delete;
  SignalSource& operator=(const SignalSource&) = delete;

  // Readable when a signal has come since the last Drain. To poll, not to read.
  virtual int fd() const = 0;

  // What came since the last Drain; empty after a spurious wake-up. Makes fd() unreadable, unless
  // there was more than ReceivedSignals::kMaxInfos. Signals of one kind coalesce: treat SIGCHLD as
  // "at least one", and reap until there is none. Dies in a child that inherited the source.
  [[nodiscard]] virtual ReceivedSignals Drain() = 0;

 protected:
  SignalSource() = default;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_SOURCE_H_
