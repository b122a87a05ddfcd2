// HeadWriter writes the lines of a head or of a trailer section into a buffer of the caller's, and
// lets nothing unsafe into them.
//
// What ResponseWriter, RequestWriter and LastChunkWriter have in common. A field with a bad name,
// or with CR, LF or NUL in its value, would let whoever chose the value add fields or a whole
// message of his own; one such field spoils the head, and Finish gives nothing. Pure: no I/O, no
// clock, no allocation.
#ifndef FORKLIFT_HTTP_HEAD_WRITER_H_
#define FORKLIFT_HTTP_HEAD_WRITER_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/header_name.h"
#include "forklift/http/padded_text.h"

namespace forklift::http {

class HeadWriter {
 public:
  // `buffer` must outlive the writer and the view that Finish returns.
  explicit HeadWriter(absl::Span<char> buffer)
      : begin_(buffer.data()), next_(begin_), end_(begin_ + buffer.size()) {}

  // Room for a line that is `size` bytes long, its CRLF included, which the caller must write and
  // vouch for; null where the buffer is too small or the head is spoilt. `size` is not 0.
  char* Claim(size_t size) {
    if (size > static_cast<size_t>(end_ - next_)) {
      Spoil();
      return nullptr;
    }
    char* const line = next_;
    next_ += size;
    return line;
  }

  // Adds a line that the caller vouches for. False where there is no room for all that the text is
  // padded to.
  template <size_t room>
  bool TryAppend(const PaddedText<room>& text) {
    if (room > static_cast<size_t>(end_ - next_)) return false;
    ::memcpy(next_, text.data.data(), room);
    next_ += text.size;
    return true;
  }

  // "name: value" (RFC 9112 section 5). `name` must be a token, `value` without control characters
  // other than HTAB.
  void AddField(std::string_view name, std::string_view value);
  // The same under the name's usual spelling, which needs no check; `name` is not kOther.
  void AddField(HeaderName name, std::string_view value);
  void AddContentLength(uint64_t size);

  // From now on Finish gives nothing.
  void Spoil() { end_ = next_; }

  // Adds the empty line and returns all lines; nothing where the buffer was too small, something
  // was refused, or they were returned before. What is added later does not get into the buffer.
  std::optional<std::string_view> Finish() {
    char* const line = Claim(2);
    if (line == nullptr) return std::nullopt;
    ::memcpy(line, "\r\n", 2);
    Spoil();
    return std::string_view(begin_, static_cast<size_t>(next_ - begin_));
  }

 private:
  void SpoilUnlessText(std::string_view value);
  void SpoilUnlessGood(std::string_view name, std::string_view value);

  char* begin_;
  char* next_;
  char* end_;  // next_ where the head is spoilt: then there is no room for its empty line
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_HEAD_WRITER_H_
