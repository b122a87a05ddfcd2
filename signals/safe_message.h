// SafeMessage puts a short text together and writes it with one write(2): the way to print from a
// signal handler, from a child between fork and exec, or when memory is gone.
//
// Holds its text in itself: never allocates, takes no lock, uses no locale; async-signal-safe, and
// safe across fork. A text that does not fit ends in " [cut]". Blocks as write does on the
// descriptor that it is given. One object, one thread. Not for what an ordinary log can say.
//
//   SafeMessage message;
//   message << "caught " << SignalName(signal).view() << " at " << SafeMessage::Hex{address} <<
//   '\n'; message.WriteTo(STDERR_FILENO);
#ifndef FORKLIFT_SIGNALS_SAFE_MESSAGE_H_
#define FORKLIFT_SIGNALS_SAFE_MESSAGE_H_

#include <stddef.h>
#include <stdint.h>

#include <charconv>
#include <concepts>
#include <string_view>

namespace forklift::signals {

class SafeMessage {
 public:
  // Within PIPE_BUF: messages of several processes to one pipe stay whole.
  static constexpr size_t kCapacity = 512;

  // A number to be written as 0x7ffe1200.
  struct Hex {
    uint64_t value;
  };

  SafeMessage& operator<<(std::string_view text);
  SafeMessage& operator<<(char character) { return *this << std::string_view(&character, 1); }
  SafeMessage& operator<<(Hex number);
  template <std::integral Integer>
  SafeMessage& operator<<(Integer number) {
    char digits[24];
    return *this << std::string_view(
               digits, std::to_chars(digits, digits + sizeof(digits), number).ptr - digits);
  }

  // The text so far; its end says so where it was cut.
  std::string_view view() const { return {text_, size_}; }
  bool cut() const { return cut_; }

  // Writes the text to `fd` at once; repeated only where a signal interrupted it before anything
  // was written. False where not all of it could be written: there is no one left to tell. Keeps
  // errno.
  bool WriteTo(int fd) const;

 private:
  size_t size_ = 0;
  bool cut_ = false;
  char text_[kCapacity];
};

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_SAFE_MESSAGE_H_
