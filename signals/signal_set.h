// SignalSet is a set of signals: sigset_t with value semantics.
//
// Owns nothing, never blocks; safe across fork and from any thread. Only ToString allocates: all
// else is async-signal-safe, though what is no signal may change errno.
//
//   const SignalSet stop = {SIGINT, SIGTERM};
//   for (int signal : stop) LOG(INFO) << SignalName(signal);
#ifndef FORKLIFT_SIGNALS_SIGNAL_SET_H_
#define FORKLIFT_SIGNALS_SIGNAL_SET_H_

#include <signal.h>
#include <stddef.h>

#include <initializer_list>
#include <iterator>
#include <string>

namespace forklift::signals {

// One past the highest signal number.
inline constexpr int kSignalLimit = NSIG;

class SignalSet {
 public:
  // Goes over the signals of a set, lowest first.
  class Iterator {
   public:
    using value_type = int;
    using difference_type = ptrdiff_t;

    Iterator() = default;
    int operator*() const { return signal_; }
    Iterator& operator++() {
      do ++signal_;
      while (signal_ < kSignalLimit && !set_->Contains(signal_));
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& left, const Iterator& right) {
      return left.signal_ == right.signal_;
    }

   private:
    friend class SignalSet;
    Iterator(const SignalSet* set, int signal) : set_(set), signal_(signal) {}

    const SignalSet* set_ = nullptr;
    int signal_ = kSignalLimit;
  };

  // Empty.
  SignalSet() { ::sigemptyset(&native_); }
  // Of signal numbers; one that does not exist, or is glibc's own (32 and 33), is left out.
  SignalSet(std::initializer_list<int> signals) : SignalSet() {
    for (int signal : signals) Add(signal);
  }
  explicit SignalSet(const sigset_t& native) : native_(native) {}

  // Every signal that a program may use.
  static SignalSet All() {
    SignalSet all;
    ::sigfillset(&all.native_);
    return all;
  }

  // Both leave the set as it is where there is no such signal.
  void Add(int signal) { ::sigaddset(&native_, signal); }
  void Remove(int signal) { ::sigdelset(&native_, signal); }

  bool Contains(int signal) const { return ::sigismember(&native_, signal) == 1; }
  bool empty() const { return begin() == end(); }

  Iterator begin() const { return ++Iterator(this, 0); }
  Iterator end() const { return Iterator(this, kSignalLimit); }

  // For system calls.
  const sigset_t& native() const { return native_; }

  // What is in both, and what is only in the first.
  friend SignalSet operator&(const SignalSet& left, const SignalSet& right);
  friend SignalSet operator-(const SignalSet& left, const SignalSet& right);

  friend bool operator==(const SignalSet& left, const SignalSet& right);

  // "{SIGINT, SIGTERM}", lowest number first; "{}".
  std::string ToString() const;
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const SignalSet& signals) {
    sink.Append(signals.ToString());
  }

 private:
  sigset_t native_;
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_SET_H_
