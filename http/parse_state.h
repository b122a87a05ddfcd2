// ParseState is what a parser has come to with the bytes that have arrived so far.
#ifndef FORKLIFT_HTTP_PARSE_STATE_H_
#define FORKLIFT_HTTP_PARSE_STATE_H_

namespace forklift::http {

enum class ParseState {
  kIncomplete,  // nothing is wrong so far; more bytes are needed
  kComplete,    // what was parsed ends here; bytes behind it were not looked at
  kError,       // see the parser's error(); final
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_PARSE_STATE_H_
