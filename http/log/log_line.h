// LogLine writes one line of a log into a buffer of the caller's, and lets no value break out of
// its place in it.
//
// Pure: no I/O, no clock, no allocation. One object, one thread.
#ifndef FORKLIFT_HTTP_LOG_LOG_LINE_H_
#define FORKLIFT_HTTP_LOG_LOG_LINE_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <string_view>

#include "absl/log/check.h"
#include "absl/types/span.h"

namespace forklift::http::log {

// What stands for the bytes that a line cannot have as they are. The longest is six bytes.
enum class Escaping {
  // "\x1B" for quotes, backslashes and all that is not printable ASCII: nginx's.
  kHexadecimal,
  // RFC 8259 section 7, for control characters up to U+009F too. What is not UTF-8 becomes U+FFFD.
  kJson,
};

// One of the values that share a line, and the text around it.
struct LogValue {
  std::string_view before;
  std::string_view value;
  std::string_view after;
};

class LogLine {
 public:
  // What a value is sure of in AddValues.
  static constexpr size_t kShare = 512;

  // `buffer` must outlive the line and the views of it. What is added must fit.
  explicit LogLine(absl::Span<char> buffer)
      : begin_(buffer.data()), next_(begin_), end_(begin_ + buffer.size()) {}

  // As it stands.
  void Add(std::string_view text) {
    CHECK(text.size() <= room());
    ::memcpy(next_, text.data(), text.size());
    next_ += text.size();
  }
  void AddNumber(uint64_t number);
  void AddHexadecimal(uint64_t number);
  // With zeros in front, or the last `digits` of it.
  void AddPadded(uint64_t number, int digits);

  // `value`, escaped. Where that takes more than `limit` bytes, which is 3 or more, as much of it
  // as fits and "...", no escape being cut.
  void AddValue(std::string_view value, Escaping escaping, size_t limit);

  // Each of `values`, and `end`. Where there is no room for all, each has what those behind it
  // leave, who leave all but kShare for each of them.
  void AddValues(absl::Span<const LogValue> values, Escaping escaping, std::string_view end);

  // How many bytes more fit.
  size_t room() const { return static_cast<size_t>(end_ - next_); }

  std::string_view text() const {
    return std::string_view(begin_, static_cast<size_t>(next_ - begin_));
  }

 private:
  void AddUnits(std::string_view value, Escaping escaping, size_t limit);

  char* const begin_;
  char* next_;
  char* const end_;
};

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_LOG_LINE_H_
