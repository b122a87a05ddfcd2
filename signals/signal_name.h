// SignalName is the name of a signal as programs and manuals spell it: "SIGTERM", "SIGRTMIN+3".
//
// A value of a few bytes that owns its text: never blocks, never allocates; safe across fork, in
// signal handlers and from any thread.
//
//   LOG(INFO) << "stopping: " << SignalName(SIGTERM);
#ifndef FORKLIFT_SIGNALS_SIGNAL_NAME_H_
#define FORKLIFT_SIGNALS_SIGNAL_NAME_H_

#include <stddef.h>

#include <string_view>

namespace forklift::signals {

class SignalName {
 public:
  // Of a signal number of this machine (signal(7)). What is none, or is glibc's own (32 and 33), is
  // named by its number: "signal 32".
  explicit SignalName(int signal);

  // Lives as long as this object.
  std::string_view view() const { return {text_, size_}; }

  // For absl::StrCat, absl::StrFormat("%v") and LOG.
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const SignalName& name) {
    sink.Append(name.view());
  }

 private:
  void Append(std::string_view text);
  void Append(int number);

  size_t size_ = 0;
  char text_[24];  // "signal -2147483648" is the longest
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SIGNAL_NAME_H_
