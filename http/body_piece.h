// BodyPiece is what a decoder makes of the bytes of a body that are at hand.
#ifndef FORKLIFT_HTTP_BODY_PIECE_H_
#define FORKLIFT_HTTP_BODY_PIECE_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/parse_state.h"

namespace forklift::http {

struct BodyPiece {
  ParseState state = ParseState::kIncomplete;
  size_t consumed = 0;         // bytes of the input that are done with, the data's included
  std::string_view data = {};  // of the body, in the input; empty where more input is needed
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_BODY_PIECE_H_
