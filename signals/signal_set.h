// SignalSet is a set of signals: sigset_t with value semantics.
//
// Owns nothing, never blocks, never allocates: safe across fork, in signal handlers and from any
// thread.
//
//   const SignalSet stop = {SIGINT, SIGTERM};
#ifndef FORKLIFT_SIGNALS_SIGNAL_SET_H_
#define FORKLIFT_SIGNALS_SIGNAL_SET_H_

#include <signal.h>

#include <initializer_list>

namespace forklift::signals {

// One past the highest signal number: for (int signal = 1; signal < kSignalLimit; ++signal) ...
inline constexpr int kSignalLimit = NSIG;

class SignalSet {
 public:
  // Empty.
  SignalSet() { ::sigemptyset(&native_); }
  // Of signal numbers; one that does not exist is left out.
  SignalSet(std::initializer_list<int> signals) : SignalSet() {
    for (int signal : signals) Add(signal);
  }
  explicit SignalSet(const sigset_t& native) : native_(native) {}

  // Every signal there is.
  static SignalSet All() {
    SignalSet all;
    ::sigfillset(&all.native_);
    return all;
  }

  void Add(int signal) { ::sigaddset(&native_, signal); }
  bool Contains(int signal) const { return ::sigismember(&native_, signal) == 1; }
  bool empty() const {
    for (int signal = 1; signal < kSignalLimit; ++signal) {
      if (Contains(signal)) return false;
    }
    return true;
  }

  const sigset_t& native() const { return native_; }

 private:
  sigset_t native_;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_SET_H_
