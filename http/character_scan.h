// How far a token, a target or a value reaches, several characters a step.
//
// A step may stop early at a character that is unusual there, never late; the rest is looked up one
// by one. Two ways with the same result: for any processor, eight at a time, and with SSE2, which
// every x86-64 has, sixteen. Pure and thread-safe.
#ifndef FORKLIFT_HTTP_CHARACTER_SCAN_H_
#define FORKLIFT_HTTP_CHARACTER_SCAN_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <bit>

#include "forklift/http/byte_word.h"
#include "forklift/http/field_text.h"
#include "forklift/http/token.h"
#include "forklift/http/uri_characters.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace forklift::http {

struct WordScan {
  static constexpr size_t kStep = 8;

  // A bit for each byte that is no letter, digit or hyphen.
  static uint32_t UnusualInToken(const char* data) {
    const ByteWord word = LoadWord(data);
    const ByteWord lower = word | (0x20 * kEveryByte);
    const ByteWord letter = BytesBelow(lower, 'z' + 1) & ~BytesBelow(lower, 'a');
    const ByteWord digit = BytesBelow(word, '9' + 1) & ~BytesBelow(word, '0');
    return PackMarks(~(letter | digit | BytesEqual(word, '-')) & kEveryMark);
  }

  // A bit for each byte that no target may have.
  static uint32_t UnusualInTarget(const char* data) {
    const ByteWord word = LoadWord(data);
    return PackMarks((word & kEveryMark) | BytesBelow(word, ' ' + 1) | BytesEqual(word, 0x7f) |
                     BytesEqual(word | kEveryByte, '#') |        // and "
                     BytesEqual(word | (2 * kEveryByte), '>') |  // and <
                     BytesEqual(word, '\\'));
  }

  // A bit for each byte that is not printable ASCII.
  static uint32_t UnusualInValue(const char* data) {
    const ByteWord word = LoadWord(data);
    return PackMarks((~BytesBelow(word, 0x7f) | BytesBelow(word, ' ')) & kEveryMark);
  }
};

#ifdef __SSE2__

struct Sse2Scan {
  static constexpr size_t kStep = 16;

  static uint32_t UnusualInToken(const char* data) {
    return UnusualInToken(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data)));
  }
  static uint32_t UnusualInToken(__m128i bytes) {
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i usual = _mm_or_si128(
        _mm_or_si128(Within(lower, 'a', 'z'), Within(bytes, '0', '9')), Equal(bytes, '-'));
    return static_cast<uint32_t>(_mm_movemask_epi8(usual)) ^ 0xffff;
  }

  static uint32_t UnusualInTarget(const char* data) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
    const __m128i pairs = _mm_or_si128(Equal(_mm_or_si128(bytes, _mm_set1_epi8(1)), '#'),
                                       Equal(_mm_or_si128(bytes, _mm_set1_epi8(2)), '>'));
    const __m128i bad = _mm_or_si128(pairs, Equal(bytes, '\\'));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_andnot_si128(bad, Within(bytes, '!', '~'))) ^
                                 0xffff);
  }

  static uint32_t UnusualInValue(const char* data) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
    return static_cast<uint32_t>(_mm_movemask_epi8(Within(bytes, ' ', '~'))) ^ 0xffff;
  }

 private:
  static __m128i Equal(__m128i bytes, char value) {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(value));
  }
  static __m128i Within(__m128i bytes, char low, char high) {
    const __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(static_cast<char>(high - low))), above);
  }
};

using NativeScan = Sse2Scan;

#else

using NativeScan = WordScan;

#endif

// The number of characters that belong from `begin` on, up to `end`. `unusual` tells of a step's
// characters which may be none. Reads nothing from `limit` on, which is `end` or later: with a step
// of room behind `end`, what is short takes one step.
template <class Scan, class Belongs, class Unusual>
size_t SpanLength(const char* begin, const char* end, const char* limit, Belongs belongs,
                  Unusual unusual) {
  const char* at = begin;
  while (at < end && static_cast<size_t>(limit - at) >= Scan::kStep) {
    const uint32_t bits = unusual(at);
    if (bits != 0) {
      at += std::countr_zero(bits);
      break;
    }
    at += Scan::kStep;
  }
  while (at < end && belongs(*at)) ++at;
  return static_cast<size_t>(std::min(at, end) - begin);
}

template <class Scan = NativeScan>
size_t TokenLength(const char* begin, const char* end, const char* limit) {
  return SpanLength<Scan>(begin, end, limit, IsTokenCharacter,
                          [](const char* data) { return Scan::UnusualInToken(data); });
}

template <class Scan = NativeScan>
size_t TargetLength(const char* begin, const char* end, const char* limit) {
  return SpanLength<Scan>(
      begin, end, limit, [](char c) { return c == '%' || kTargetCharacters.contains(c); },
      [](const char* data) { return Scan::UnusualInTarget(data); });
}

template <class Scan = NativeScan>
size_t ValueLength(const char* begin, const char* end) {
  return SpanLength<Scan>(begin, end, end, IsFieldTextCharacter,
                          [](const char* data) { return Scan::UnusualInValue(data); });
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHARACTER_SCAN_H_
