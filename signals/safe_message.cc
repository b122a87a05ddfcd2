#include "forklift/signals/safe_message.h"

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "forklift/net/eintr.h"

namespace forklift::signals {
namespace {

constexpr std::string_view kCut = " [cut]\n";

}  // namespace

SafeMessage& SafeMessage::operator<<(std::string_view text) {
  if (cut_) return *this;
  const size_t room = kCapacity - kCut.size() - size_;
  size_ += text.copy(text_ + size_, room);
  if (text.size() > room) {
    size_ += kCut.copy(text_ + size_, kCut.size());
    cut_ = true;
  }
  return *this;
}

SafeMessage& SafeMessage::operator<<(Hex number) {
  char digits[16];
  const char* const end = std::to_chars(digits, digits + sizeof(digits), number.value, 16).ptr;
  return *this << "0x" << std::string_view(digits, static_cast<size_t>(end - digits));
}

bool SafeMessage::WriteTo(int fd) const {
  const int saved_errno = errno;
  const ssize_t written = net::RetryOnEintr([&] { return ::write(fd, text_, size_); });
  errno = saved_errno;
  return written == static_cast<ssize_t>(size_);
}

}  // namespace forklift::signals
