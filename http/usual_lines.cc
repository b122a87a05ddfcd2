#include "forklift/http/usual_lines.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/byte_block.h"
#include "forklift/http/byte_word.h"
#include "forklift/http/character_scan.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/header_name_table.h"
#include "forklift/http/instruction_set.h"

namespace forklift::http {
namespace {

#ifdef __SSE2__

constexpr uint16_t kCrLf = '\r' | '\n' << 8;

struct Name {
  size_t size;
  HeaderName id;
};

ABSL_ATTRIBUTE_ALWAYS_INLINE inline __m128i LoadVector(const char* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline uint64_t Colons(__m128i text) {
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(':'))));
}

// Whether `text` has the name's characters from `at` on; `at` may be negative.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool Matches(__m128i text, HeaderName name, ptrdiff_t at) {
  const NamePattern& pattern = kNameTable.pattern(name);
  const __m128i free = LoadVector(pattern.free.data() + NamePattern::kBefore + at);
  const __m128i wanted = LoadVector(pattern.wanted.data() + NamePattern::kBefore + at);
  return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(text, free), wanted)) == 0xffff;
}

// Reads the name at `line`, of fewer than 16 characters, out of the 16 bytes that begin `early`
// bytes before it; in one step where the name is known. False where it is not a usual one.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool ReadShortName(const char* line, size_t early, Name& name) {
  const __m128i text = LoadVector(line - early);
  const uint64_t colons = Colons(text) >> early & ~uint64_t{1};
  if (ABSL_PREDICT_FALSE(colons == 0)) return false;
  name.size = static_cast<unsigned>(std::countr_zero(colons));
  name.id = kNameTable.by_hash[HashName(name.size, line[0], line[name.size - 1])];
  if (ABSL_PREDICT_TRUE(Matches(text, name.id, -static_cast<ptrdiff_t>(early)))) return true;
  name.id = HeaderName::kOther;
  return (Sse2Scan::UnusualInToken(text) >> early & ~(~0u << name.size)) == 0;
}

// The same for a name of 16 to 31 characters, where there are as many bytes.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool ReadLongName(const char* line, Name& name) {
  const __m128i text = LoadVector(line);
  const __m128i rest = LoadVector(line + 16);
  const uint64_t colons = Colons(rest);
  if (colons == 0 || Sse2Scan::UnusualInToken(text) != 0) return false;
  const size_t size = static_cast<unsigned>(std::countr_zero(colons));
  if ((Sse2Scan::UnusualInToken(rest) & ~(~0u << size)) != 0) return false;
  name.size = 16 + size;
  name.id = kNameTable.by_hash[HashName(name.size, line[0], line[name.size - 1])];
  if (!Matches(text, name.id, 0) || !Matches(rest, name.id, 16)) name.id = HeaderName::kOther;
  return true;
}

// For a message of more than a block. Makes no call, so that all it needs is in registers.
template <class Block>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool Read(std::string_view message, size_t max_line,
                                              absl::Span<FieldPlace> places, FieldLines& lines) {
  const Block block;
  const char* const data = message.data();
  // Behind each byte is one more, which tells what a CR is.
  const size_t size = std::min(message.size() - 1, lines.line + max_line);
  if (size < kBlockSize) return false;
  const size_t last_block = size - kBlockSize;
  const size_t last_vector = size - 16;
  FieldPlace* place = places.data() + lines.count;
  FieldPlace* const places_end = places.data() + places.size();
  HeaderNameSet names = lines.names;
  size_t line = lines.line;
  size_t base = lines.scanned;
  for (; base < size; base += kBlockSize) {
    uint64_t marks;
    if (ABSL_PREDICT_TRUE(base <= last_block)) {
      marks = block.Unprintable(data + base);
    } else {
      const size_t read = base - last_block;
      base = last_block;
      marks = block.Unprintable(data + base) >> read << read;
    }
    while (marks != 0) {
      const size_t end = base + static_cast<unsigned>(std::countr_zero(marks));
      if (ABSL_PREDICT_FALSE(Load<uint16_t>(data + end) != kCrLf)) {
        if (end + 1 != line) goto stop;
        marks &= marks - 1;  // the LF of a CRLF astride two blocks
        continue;
      }
      if (ABSL_PREDICT_FALSE(place == places_end)) goto stop;
      Name name;
      if (ABSL_PREDICT_TRUE(line <= last_vector)) {
        if (!ReadShortName(data + line, 0, name) &&
            !(line + 32 <= size && ReadLongName(data + line, name))) {
          goto stop;
        }
      } else if (line == end || !ReadShortName(data + line, line - last_vector, name)) {
        goto stop;
      }
      const size_t value = line + name.size + 2;
      if (ABSL_PREDICT_FALSE(data[value - 1] != ' ' || data[value] <= ' ' ||
                             data[end - 1] <= ' ')) {
        goto stop;
      }
      *place++ = {static_cast<uint32_t>(line), static_cast<uint32_t>(value),
                  static_cast<uint32_t>(end), static_cast<uint16_t>(name.size), name.id};
      names |= Bit(name.id);
      line = end + 2;
      marks &= marks - 1;
      marks &= marks - 1;  // the LF; that of a block's last CR is in the next
    }
  }
stop:
  const bool complete = line + 2 <= message.size() && Load<uint16_t>(data + line) == kCrLf;
  if (complete) line += 2;
  lines = {line, std::max(line, base), names, static_cast<uint32_t>(place - places.data())};
  return complete;
}

// The same for a short message. Has the arguments of `read`, so that it is a tail call there: a
// function without another needs no aligned stack for its vectors.
template <ReadUsualLinesFunction* read>
ABSL_ATTRIBUTE_NOINLINE bool ReadShort(std::string_view message, size_t max_line,
                                       absl::Span<FieldPlace> places, FieldLines& lines) {
  std::array<char, kBlockSize + 1> padded;
  padded.fill(' ');  // ends no line
  ::memcpy(padded.data(), message.data(), message.size());
  const bool complete =
      read(std::string_view(padded.data(), padded.size()), max_line, places, lines);
  lines.scanned = std::min(lines.scanned, message.size());
  return complete;
}

bool ReadWithSse2(std::string_view message, size_t max_line, absl::Span<FieldPlace> places,
                  FieldLines& lines) {
  return message.size() > kBlockSize ? Read<Sse2Block>(message, max_line, places, lines)
                                     : ReadShort<ReadWithSse2>(message, max_line, places, lines);
}

FORKLIFT_TARGET_AVX2 __attribute__((flatten)) bool ReadWithAvx2(std::string_view message,
                                                                size_t max_line,
                                                                absl::Span<FieldPlace> places,
                                                                FieldLines& lines) {
  return message.size() > kBlockSize ? Read<Avx2Block>(message, max_line, places, lines)
                                     : ReadShort<ReadWithAvx2>(message, max_line, places, lines);
}

#endif

// Where there are no vector instructions every line is read as an unusual one.
bool ReadNone(std::string_view /*message*/, size_t /*max_line*/, absl::Span<FieldPlace> /*places*/,
              FieldLines& /*lines*/) {
  return false;
}

}  // namespace

ReadUsualLinesFunction* ReadUsualLines(InstructionSet instructions) {
  CHECK(IsAvailable(instructions)) << "ReadUsualLines: this processor lacks those instructions";
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
