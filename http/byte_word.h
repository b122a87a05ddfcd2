// Eight bytes in one word, looked at side by side: what a parser does without vector instructions.
//
// A mark is the highest bit of a byte. Pure.
#ifndef FORKLIFT_HTTP_BYTE_WORD_H_
#define FORKLIFT_HTTP_BYTE_WORD_H_

#include <stdint.h>
#include <string.h>

#include <bit>

namespace forklift::http {

using ByteWord = uint64_t;

inline constexpr ByteWord kEveryByte = 0x0101010101010101;
inline constexpr ByteWord kEveryMark = 0x80 * kEveryByte;

template <class Value>
Value Load(const char* data) {
  Value value = {};
  ::memcpy(&value, data, sizeof(value));
  return value;
}

// The first byte is the lowest of the word, on every processor.
inline ByteWord LoadWord(const char* data) {
  const ByteWord word = Load<ByteWord>(data);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// Marks the bytes that are below `limit`, which is 1 to 128. No carry crosses from byte to byte:
// the highest bits are taken out before the sum.
inline constexpr ByteWord BytesBelow(ByteWord word, uint8_t limit) {
  return ~((word & ~kEveryMark) + (0x80u - limit) * kEveryByte) & ~word & kEveryMark;
}

inline constexpr ByteWord BytesEqual(ByteWord word, uint8_t byte) {
  return BytesBelow(word ^ (byte * kEveryByte), 1);
}

// The marks as eight bits, the first byte's the lowest.
inline constexpr uint8_t PackMarks(ByteWord marks) {
  return static_cast<uint8_t>(((marks >> 7) * 0x0102040810204080) >> 56);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_BYTE_WORD_H_
