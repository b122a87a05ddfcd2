// ChunkLineParser reads the line that begins each chunk of a body: the size, and extensions that
// are checked and ignored (RFC 9112 sections 7.1 and 7.1.1).
//
// Resumable over any split of the input; it keeps nothing but where it is. Strict: CRLF and nothing
// else ends a line, and white space stands only where the grammar of extensions has it. Pure.
#ifndef FORKLIFT_HTTP_CHUNK_LINE_PARSER_H_
#define FORKLIFT_HTTP_CHUNK_LINE_PARSER_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/http/parse_state.h"

namespace forklift::http {

class ChunkLineParser {
 public:
  // The extensions of all lines together may have `extension_limit` bytes.
  explicit ChunkLineParser(size_t extension_limit) : extension_room_(extension_limit) {}

  // Reads on with `input`, of which `consumed` bytes are done with afterwards. After kComplete the
  // next call begins the next line. With kError `consumed` is where the first wrong byte is.
  ParseState Parse(std::string_view input, size_t& consumed);

  uint64_t size() const { return size_; }              // with kComplete
  std::string_view reason() const { return reason_; }  // with kError; a literal

 private:
  enum class State : uint8_t {
    kSize,
    kBeforeSemicolon,  // in white space that an extension must follow
    kBeforeName,
    kName,
    kAfterName,  // in white space that a value or another extension must follow
    kBeforeValue,
    kValue,
    kQuoted,
    kEscaped,
    kAfterQuoted,
    kLineFeed,
  };

  size_t ReadSize(std::string_view input);
  bool ReadExtension(char c);
  bool EndPart(char c);
  ParseState Fail(std::string_view reason);

  uint64_t size_ = 0;
  size_t extension_room_;
  int digits_ = 0;
  State state_ = State::kSize;
  std::string_view reason_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHUNK_LINE_PARSER_H_
