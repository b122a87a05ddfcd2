// ReadUsualRequestLine takes a request line in one go if it is what nearly all are.
//
// Usual is: a method of capital letters, fewer than 16; a space; a target; " HTTP/1.1" and CRLF.
// Any other line, and one that has not arrived as a whole, is left to RequestLineParser. Pure and
// thread-safe.
#ifndef FORKLIFT_HTTP_USUAL_REQUEST_LINE_H_
#define FORKLIFT_HTTP_USUAL_REQUEST_LINE_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/instruction_set.h"

namespace forklift::http {

// One space is behind each.
struct RequestLineEnds {
  size_t method = 0;
  size_t target = 0;
};

// The size of the line that `message` begins with, its CRLF included; 0 for one that it leaves, as
// it does any that is longer than `max_size` without the CRLF.
using ReadUsualRequestLineFunction = size_t(std::string_view message, size_t max_size,
                                            RequestLineEnds& ends);

// `instructions` must be available.
ReadUsualRequestLineFunction* ReadUsualRequestLine(InstructionSet instructions);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_USUAL_REQUEST_LINE_H_
