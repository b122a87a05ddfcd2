#include "forklift/signals/signal_name.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#include <charconv>
#include <iterator>
#include <string_view>
#include <system_error>

namespace forklift::signals {
namespace {

// "TERM", or null where there is no such name.
const char* Abbreviation(int signal) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 32))
  return ::sigabbrev_np(signal);  // a table lookup, async-signal-safe (glibc's manual)
#else
  (void)signal;  // named by its number
  return nullptr;
#endif
}

}  // namespace

SignalName::SignalName(int signal) {
  if (const char* abbreviation = Abbreviation(signal)) {
    Append("SIG");
    Append(abbreviation);
  } else if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
    Append("SIGRTMIN");
    if (signal > SIGRTMIN) {
      Append("+");
      Append(signal - SIGRTMIN);
    }
  } else {
    Append("signal ");
    Append(signal);
  }
}

void SignalName::Append(std::string_view text) {
  size_ += text.copy(text_ + size_, sizeof(text_) - size_);
}

void SignalName::Append(int number) {
  // Formats into the array and nowhere else: no locale, no allocation.
  const auto [end, error] = std::to_chars(text_ + size_, std::end(text_), number);
  if (error == std::errc()) size_ = static_cast<size_t>(end - text_);
}

}  // namespace forklift::signals
