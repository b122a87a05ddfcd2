// Which bytes of a block of 64 are not printable ASCII: the line ends of a head, and what is
// suspect in it.
//
// A parser that asks for a block at a time takes a branch a line, not a branch a byte. For
// x86-64 as such (SSE2), and for one with AVX2. Pure and thread-safe.
#ifndef FORKLIFT_HTTP_BYTE_BLOCK_H_
#define FORKLIFT_HTTP_BYTE_BLOCK_H_

#include <stddef.h>
#include <stdint.h>

#include "forklift/http/instruction_set.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace forklift::http {

inline constexpr size_t kBlockSize = 64;

// Unprintable sets a bit for each byte of the block that is below 0x20 or above 0x7e, its lowest
// for the first byte. The object holds what it needs for that in registers: keep it over a loop.
//
// One more makes 0x7f the least of the signed numbers, so that one comparison tells what
// is between the ends. 0xff becomes 0, which is below them too.
#ifdef __SSE2__

class Sse2Block {
 public:
  Sse2Block() : one_(Everywhere(1)), printable_(Everywhere(' ' + 1)) {}
  uint64_t Unprintable(const char* data) const {
    return Marks(data) | Marks(data + 16) << 16 | Marks(data + 32) << 32 | Marks(data + 48) << 48;
  }

 private:
  // A constant that stays in its register: gcc 12 makes others anew in each round of a loop.
  static __m128i Everywhere(char c) {
    __m128i vector = _mm_set1_epi8(c);
    __asm__("" : "+x"(vector));
    return vector;
  }
  uint64_t Marks(const char* data) const {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
    const __m128i more = _mm_add_epi8(bytes, one_);
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpgt_epi8(printable_, more)));
  }

  __m128i one_;
  __m128i printable_;
};

class Avx2Block {
 public:
  FORKLIFT_TARGET_AVX2 Avx2Block() : one_(Everywhere(1)), printable_(Everywhere(' ' + 1)) {}
  FORKLIFT_TARGET_AVX2 uint64_t Unprintable(const char* data) const {
    return Marks(data) | Marks(data + 32) << 32;
  }

 private:
  FORKLIFT_TARGET_AVX2 static __m256i Everywhere(char c) {
    __m256i vector = _mm256_set1_epi8(c);
    __asm__("" : "+x"(vector));
    return vector;
  }
  FORKLIFT_TARGET_AVX2 uint64_t Marks(const char* data) const {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
    const __m256i more = _mm256_add_epi8(bytes, one_);
    return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpgt_epi8(printable_, more)));
  }

  __m256i one_;
  __m256i printable_;
};

#endif

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_BYTE_BLOCK_H_
