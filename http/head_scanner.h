// HeadScanner finds where the head of an HTTP/1.1 request ends, in bytes that arrive in any pieces.
//
// The caller keeps the bytes; the scanner remembers how far it has looked and never looks twice, so
// a head that arrives byte by byte costs no more than a whole one. Pure: no I/O, no clock, no
// allocation.
//
//   HeadScanner scanner;
//   while (scanner.Scan(received) == HeadScanner::State::kIncomplete) ReceiveMore(received);
#ifndef FORKLIFT_HTTP_HEAD_SCANNER_H_
#define FORKLIFT_HTTP_HEAD_SCANNER_H_

#include <stddef.h>

#include <string_view>

namespace forklift::http {

class HeadScanner {
 public:
  enum class State {
    kIncomplete,  // more bytes are needed
    kComplete,    // see head_begin() and head_end()
    kTooLarge,    // no end within the limit
    kMalformed,   // more than kMaxEmptyLines before the request line
  };

  // The limit that the project's servers use, in bytes.
  static constexpr size_t kDefaultLimit = 64 * 1024;
  // Empty lines in front of a request line that are overlooked (RFC 9112 section 2.2 asks for one
  // at least).
  static constexpr size_t kMaxEmptyLines = 8;

  // A head, with the empty lines before and after it, may have `limit` bytes.
  explicit HeadScanner(size_t limit = kDefaultLimit) : limit_(limit) {}

  // `received` is all that has arrived so far: what an earlier call was given, and more behind it.
  // Lines end in CRLF or in a bare LF (RFC 9112 section 2.2). Once the state is not kIncomplete it
  // stays.
  State Scan(std::string_view received);

  // With kComplete: where the request line begins, and one past the empty line that ends the head.
  size_t head_begin() const { return head_begin_; }
  size_t head_end() const { return line_begin_; }

 private:
  size_t limit_;
  size_t scanned_ = 0;     // looked at so far
  size_t line_begin_ = 0;  // of the line that `scanned_` is in
  size_t head_begin_ = 0;
  size_t empty_lines_ = 0;
  State state_ = State::kIncomplete;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_HEAD_SCANNER_H_
