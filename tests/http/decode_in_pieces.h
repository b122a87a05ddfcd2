// Runs a decoder over input that arrives in pieces, as a connection would, and puts together what
// came out, so that every way of cutting the input can be compared.
#ifndef FORKLIFT_TESTS_HTTP_DECODE_IN_PIECES_H_
#define FORKLIFT_TESTS_HTTP_DECODE_IN_PIECES_H_

#include <stddef.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/parse_state.h"

namespace forklift::tests {

struct Decoded {
  http::ParseState state = http::ParseState::kIncomplete;
  std::string data;
  std::string trailers;  // "name: value\n" each
  size_t end = 0;        // with kComplete: one past the body
  size_t error_offset = 0;
  int status = 0;

  friend bool operator==(const Decoded&, const Decoded&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Decoded& decoded) {
    return out << "state " << static_cast<int>(decoded.state) << ", data \"" << decoded.data
               << "\", trailers \"" << decoded.trailers << "\", end " << decoded.end << ", status "
               << decoded.status << " at " << decoded.error_offset;
  }
};

// `make()` gives the decoder. `next_size(at)` is the size of the piece that arrives when `at` bytes
// have; at least 1.
template <class Make>
Decoded DecodeInPieces(const Make& make, std::string_view input,
                       const std::function<size_t(size_t at)>& next_size) {
  auto decoder = make();
  Decoded decoded;
  size_t arrived = 0;
  size_t consumed = 0;
  while (true) {
    // In memory of its own, so that a sanitizer sees a view into an earlier piece, or an overrun.
    const std::string at_hand(input.substr(consumed, arrived - consumed));
    const http::BodyPiece piece = decoder.Decode(at_hand);
    CHECK_LE(piece.consumed, at_hand.size());
    decoded.data += piece.data;
    consumed += piece.consumed;
    decoded.state = piece.state;
    if (piece.state == http::ParseState::kError) {
      decoded.error_offset = decoder.error().offset;
      decoded.status = static_cast<int>(decoder.error().status);
      return decoded;
    }
    if (piece.state == http::ParseState::kComplete) {
      decoded.end = consumed;
      for (const http::Field field : decoder.trailers()) {
        absl::StrAppend(&decoded.trailers, field.name, ": ", field.value, "\n");
      }
      return decoded;
    }
    if (!piece.data.empty()) continue;
    if (arrived == input.size()) return decoded;
    arrived = std::min(input.size(), arrived + next_size(arrived));
  }
}

template <class Make>
Decoded DecodeWhole(const Make& make, std::string_view input) {
  return DecodeInPieces(make, input, [&](size_t) { return input.size(); });
}

template <class Make>
Decoded DecodeByteByByte(const Make& make, std::string_view input) {
  return DecodeInPieces(make, input, [](size_t) { return 1; });
}

template <class Make>
Decoded DecodeSplit(const Make& make, std::string_view input, size_t split) {
  return DecodeInPieces(make, input,
                        [&](size_t at) { return at < split ? split - at : input.size(); });
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_DECODE_IN_PIECES_H_
