// CopyName and CopyValue copy a text and test its bytes in the same pass, sixteen at a time: what
// keeps a writer of heads both safe and fast.
//
// AllUsual of what they return tells whether the text is surely good; if not, IsToken and
// IsFieldText have the last word. The vectors are those of gcc and clang, which have
// them for every processor. Pure: they read the text and no byte beside it.
#ifndef FORKLIFT_HTTP_CHECKED_COPY_H_
#define FORKLIFT_HTTP_CHECKED_COPY_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <string_view>

#include "forklift/http/byte_word.h"

namespace forklift::http {

using ByteVector [[gnu::vector_size(16)]] = uint8_t;
using SignedVector [[gnu::vector_size(16)]] = int8_t;

// Its words, and their halves.
using WordVector [[gnu::vector_size(16)]] = uint64_t;
using HalfWordVector [[gnu::vector_size(16)]] = uint32_t;

template <class Word>
struct Ends {
  Word first;
  Word last;
};

// Copies a text that is as long as one word to two of them.
template <class Word>
[[gnu::always_inline]] inline Ends<Word> CopyEnds(std::string_view text, char* out) {
  const size_t last_at = text.size() - sizeof(Word);
  const Ends<Word> ends = {Load<Word>(text.data()), Load<Word>(text.data() + last_at)};
  ::memcpy(out, &ends.first, sizeof(Word));
  ::memcpy(out + last_at, &ends.last, sizeof(Word));
  return ends;
}

// `usual` gives a vector whose bytes are 0xff where those of its argument are usual. What it gives
// for all bytes of `text` is returned, put together by "and". It sees each at least once, some
// twice: short texts are doubled, and the last step of a long one overlaps the one before it.
template <ByteVector (*usual)(ByteVector)>
[[gnu::always_inline]] inline ByteVector CopyAndTest(std::string_view text, char* out) {
  const char* const from = text.data();
  const size_t size = text.size();
  ByteVector all_usual = ~ByteVector{};
  if (size >= sizeof(ByteVector)) {
    const auto step = [&](size_t at) {
      const auto bytes = Load<ByteVector>(from + at);
      all_usual &= usual(bytes);
      ::memcpy(out + at, &bytes, sizeof(bytes));
    };
    const size_t last = size - sizeof(ByteVector);
    for (size_t at = 0; at < last; at += sizeof(ByteVector)) step(at);
    step(last);
  } else if (size >= sizeof(uint64_t)) {
    const auto [first, last] = CopyEnds<uint64_t>(text, out);
    all_usual = usual(reinterpret_cast<ByteVector>(WordVector{first, last}));
  } else if (size >= sizeof(uint32_t)) {
    const auto [first, last] = CopyEnds<uint32_t>(text, out);
    all_usual = usual(reinterpret_cast<ByteVector>(HalfWordVector{first, last, first, last}));
  } else if (size > 0) {
    const char first = from[0];
    const char middle = from[size / 2];
    const char last = from[size - 1];
    out[0] = first;
    out[size / 2] = middle;
    out[size - 1] = last;
    const uint32_t all = static_cast<uint8_t>(first) * 0x01000001u |
                         static_cast<uint32_t>(static_cast<uint8_t>(middle)) << 8 |
                         static_cast<uint32_t>(static_cast<uint8_t>(last)) << 16;
    all_usual = usual(reinterpret_cast<ByteVector>(HalfWordVector{all, all, all, all}));
  }
  return all_usual;
}

inline bool AllUsual(ByteVector bytes) {
  const auto words = reinterpret_cast<WordVector>(bytes);
  return (words[0] & words[1]) == ~uint64_t{0};
}

// Letters and the hyphen: most names have nothing else. Letters become the least of the signed
// numbers, so that one comparison tells them.
[[gnu::always_inline]] inline ByteVector UsualInNames(ByteVector bytes) {
  const auto letters_least = reinterpret_cast<SignedVector>((bytes | 0x20) + (0x80 - 'a'));
  return reinterpret_cast<ByteVector>((letters_least < -0x80 + 26) | (bytes == '-'));
}

// Printable ASCII. One more makes 0x7f the least of the signed numbers.
[[gnu::always_inline]] inline ByteVector UsualInValues(ByteVector bytes) {
  return reinterpret_cast<ByteVector>(reinterpret_cast<SignedVector>(bytes + 1) > ' ');
}

// Copies all of `text` to `out`, which must have room for it. An empty text is usual.
[[gnu::always_inline]] inline ByteVector CopyName(std::string_view text, char* out) {
  return CopyAndTest<UsualInNames>(text, out);
}
[[gnu::always_inline]] inline ByteVector CopyValue(std::string_view text, char* out) {
  return CopyAndTest<UsualInValues>(text, out);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHECKED_COPY_H_
