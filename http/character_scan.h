// How far a token, a target or a value reaches, several characters a step.
//
// A step may stop early at a character that is unusual there, never late; the rest is looked up one
// by one. Ways with the same result: for any processor, eight at a time; with SSE2, which every
// x86-64 has, sixteen. Pure and thread-safe.
#ifndef FORKLIFT_HTTP_CHARACTER_SCAN_H_
#define FORKLIFT_HTTP_CHARACTER_SCAN_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <array>
#include <bit>

#include "absl/base/attributes.h"
#include "forklift/http/byte_word.h"
#include "forklift/http/field_text.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/token.h"
#include "forklift/http/uri_characters.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace forklift::http {

constexpr bool IsTargetCharacter(char c) { return c == '%' || kTargetCharacters.contains(c); }

// A table, because a short path is looked up character by character.
inline constexpr std::array<bool, 256> kPlainPathCharacters = [] {
  std::array<bool, 256> table = {};
  for (size_t c = 0; c < table.size(); ++c) {
    table[c] = c != '?' && kTargetCharacters.contains(static_cast<char>(c));
  }
  return table;
}();

// Of a target's path, as it is.
constexpr bool IsPlainPathCharacter(char c) {
  return kPlainPathCharacters[static_cast<unsigned char>(c)];
}

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

  // The same for a path without percent signs.
  static uint32_t UnusualInPath(const char* data) {
    const ByteWord word = LoadWord(data);
    return UnusualInTarget(data) | PackMarks(BytesEqual(word, '%') | BytesEqual(word, '?'));
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

  static uint32_t UnusualInPath(const char* data) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
    const __m128i ends = _mm_or_si128(Equal(bytes, '%'), Equal(bytes, '?'));
    return UnusualInTarget(data) | static_cast<uint32_t>(_mm_movemask_epi8(ends));
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

// Of the entries for the two halves of a byte that a target may have, one bit is set in both. None
// is set for what is not ASCII.
struct TargetTables {
  std::array<uint8_t, 16> low = {};
  std::array<uint8_t, 16> high = {};
};

inline constexpr TargetTables kTargetTables = [] {
  TargetTables tables;
  for (unsigned c = 0; c < 0x80; ++c) {
    const auto bit = static_cast<uint8_t>(1 << (c >> 4));
    tables.high[c >> 4] = bit;
    if (IsTargetCharacter(static_cast<char>(c))) tables.low[c & 0xf] |= bit;
  }
  return tables;
}();

// With AVX2, thirty-two at a time; only for targets, which are the longest.
struct Avx2Scan {
  static constexpr size_t kStep = 32;

  FORKLIFT_TARGET_AVX2 static uint32_t UnusualInTarget(const char* data) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
    // An index of 0x80 or more looks up 0.
    const __m256i both = _mm256_and_si256(_mm256_shuffle_epi8(Twice(kTargetTables.low), bytes),
                                          _mm256_shuffle_epi8(Twice(kTargetTables.high), high));
    return static_cast<uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256())));
  }

 private:
  FORKLIFT_TARGET_AVX2 static __m256i Twice(const std::array<uint8_t, 16>& table) {
    return _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
  }
};

using NativeScan = Sse2Scan;

#else

using NativeScan = WordScan;

#endif

// The number of characters that belong from `begin` on, up to `end`. `unusual` tells of a step's
// characters which may be none; where it is `exact`, which are none. Reads nothing from `limit` on,
// which is `end` or later: with a step of room behind `end`, what is short takes one step.
template <size_t step, uint32_t (*unusual)(const char*), bool exact, bool (*belongs)(char)>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline size_t SpanLength(const char* begin, const char* end,
                                                      const char* limit) {
  const char* at = begin;
  // The room is asked for first: then a text without it does not load the vectors' constants.
  while (static_cast<size_t>(limit - at) >= step && at < end) {
    const uint32_t bits = unusual(at);
    if (bits != 0) {
      at += static_cast<unsigned>(std::countr_zero(bits));
      if (exact) return static_cast<size_t>(std::min(at, end) - begin);
      break;
    }
    at += step;
  }
  while (at < end && belongs(*at)) ++at;
  return static_cast<size_t>(std::min(at, end) - begin);
}

template <class Scan = NativeScan>
size_t TokenLength(const char* begin, const char* end, const char* limit) {
  return SpanLength<Scan::kStep, Scan::UnusualInToken, false, IsTokenCharacter>(begin, end, limit);
}

template <class Scan = NativeScan>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline size_t TargetLength(const char* begin, const char* end,
                                                        const char* limit) {
  return SpanLength<Scan::kStep, Scan::UnusualInTarget, true, IsTargetCharacter>(begin, end, limit);
}

template <class Scan = NativeScan>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline size_t PathLength(const char* begin, const char* end) {
  return SpanLength<Scan::kStep, Scan::UnusualInPath, true, IsPlainPathCharacter>(begin, end, end);
}

template <class Scan = NativeScan>
size_t ValueLength(const char* begin, const char* end) {
  return SpanLength<Scan::kStep, Scan::UnusualInValue, false, IsFieldTextCharacter>(begin, end,
                                                                                    end);
}

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHARACTER_SCAN_H_
