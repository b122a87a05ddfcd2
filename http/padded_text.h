// PaddedText is a short constant text in an array that may be longer: copied as a whole, whatever
// its size, it takes a few instructions and no call.
#ifndef FORKLIFT_HTTP_PADDED_TEXT_H_
#define FORKLIFT_HTTP_PADDED_TEXT_H_

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <string_view>

namespace forklift::http {

template <size_t room>
struct PaddedText {
  uint8_t size = 0;
  std::array<char, room> data = {};

  // Only what has room.
  constexpr void Append(std::string_view text) {
    for (const char c : text) data[size++] = c;
  }
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_PADDED_TEXT_H_
