#include "forklift/http/usual_request_line.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <bit>
#include <string_view>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/instruction_set.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace forklift::http {
namespace {

#ifdef __SSE2__

constexpr std::string_view kRest = " HTTP/1.1\r\n";

// The number of capital letters that 16 bytes begin with. Letters become the least of the signed
// numbers, so that one comparison tells them.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline size_t CapitalLetters(const char* data) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
  const __m128i letters_least = _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(0x80 - 'A')));
  const __m128i others = _mm_cmpgt_epi8(letters_least, _mm_set1_epi8(-0x80 + 25));
  const auto bits = static_cast<uint32_t>(_mm_movemask_epi8(others));
  return static_cast<unsigned>(std::countr_zero(bits | 1u << 16));
}

template <class Scan>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline size_t Read(std::string_view message, size_t max_size,
                                                RequestLineEnds& ends) {
  constexpr size_t kShortest = std::string_view("GET / HTTP/1.1\r\n").size();
  if (ABSL_PREDICT_FALSE(message.size() < kShortest)) return 0;
  const char* const begin = message.data();
  const char* const end = begin + message.size();
  size_t method_size = 3;  // as of most requests
  if (::memcmp(begin, "GET ", 4) != 0) {
    method_size = CapitalLetters(begin);
    if (ABSL_PREDICT_FALSE(method_size == 0 || method_size >= 16 || begin[method_size] != ' ')) {
      return 0;
    }
  }
  const char* const target = begin + method_size + 1;
  const char* const target_end = target + TargetLength<Scan>(target, end, end);
  if (ABSL_PREDICT_FALSE(target_end == target ||
                         static_cast<size_t>(end - target_end) < kRest.size() ||
                         ::memcmp(target_end, kRest.data(), kRest.size()) != 0)) {
    return 0;
  }
  ends = {method_size, static_cast<size_t>(target_end - begin)};
  const size_t size = ends.target + kRest.size();
  return ABSL_PREDICT_TRUE(size - 2 <= max_size) ? size : 0;
}

size_t ReadWithSse2(std::string_view message, size_t max_size, RequestLineEnds& ends) {
  return Read<Sse2Scan>(message, max_size, ends);
}

FORKLIFT_TARGET_AVX2 __attribute__((flatten)) size_t ReadWithAvx2(std::string_view message,
                                                                  size_t max_size,
                                                                  RequestLineEnds& ends) {
  return Read<Avx2Scan>(message, max_size, ends);
}

#endif

// Where there are no vector instructions every line is read as an unusual one.
size_t ReadNone(std::string_view /*message*/, size_t /*max_size*/, RequestLineEnds& /*ends*/) {
  return 0;
}

}  // namespace

ReadUsualRequestLineFunction* ReadUsualRequestLine(InstructionSet instructions) {
  CHECK(IsAvailable(instructions))
      << "ReadUsualRequestLine: this processor lacks those instructions";
  switch (instructions) {
#ifdef __SSE2__
    case InstructionSet::kAvx2:
      return ReadWithAvx2;
    case InstructionSet::kSse2:
      return ReadWithSse2;
#endif
    default:
      return ReadNone;
  }
}

}  // namespace forklift::http
