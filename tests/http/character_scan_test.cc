#include "forklift/http/character_scan.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "forklift/http/instruction_set.h"
#include "forklift/http/token.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// What the sets ought to be, by the byte.
bool InTarget(char c) {  // RFC 3986, and what browsers send besides
  return c > ' ' && c < 0x7f && std::string_view("\"#<>\\").find(c) == std::string_view::npos;
}
bool InPath(char c) { return InTarget(c) && c != '%' && c != '?'; }
bool InValue(char c) {  // RFC 9110 section 5.5
  const auto byte = static_cast<uint8_t>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

TEST(CharacterScanTest, TheSetsAreThoseOfTheGrammar) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(TargetLength(&c, &c + 1, &c + 1) == 1, InTarget(c)) << byte;
    EXPECT_EQ(ValueLength(&c, &c + 1) == 1, InValue(c)) << byte;
  }
}

template <class Predicate>
size_t Naive(std::string_view text, Predicate has) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), has) - text.begin());
}

// `text` up to `size` of it, the rest being what may be looked at but does not count.
template <class Scan>
void ExpectExact(std::string_view text, size_t size) {
  const char* const begin = text.data();
  const char* const end = begin + size;
  const char* const limit = begin + text.size();
  const std::string_view counted = text.substr(0, size);
  ASSERT_EQ((TokenLength<Scan>(begin, end, limit)), Naive(counted, IsTokenCharacter)) << text;
  ASSERT_EQ((TargetLength<Scan>(begin, end, limit)), Naive(counted, InTarget)) << text;
  ASSERT_EQ((PathLength<Scan>(begin, end)), Naive(counted, InPath)) << text;
  ASSERT_EQ((ValueLength<Scan>(begin, end)), Naive(counted, InValue)) << text;
}

template <class Scan>
class CharacterScanTest : public testing::Test {};

#ifdef __SSE2__
using Scans = testing::Types<WordScan, Sse2Scan>;
#else
using Scans = testing::Types<WordScan>;
#endif
TYPED_TEST_SUITE(CharacterScanTest, Scans);

TYPED_TEST(CharacterScanTest, EveryByteAtEveryPlace) {
  tests::GuardedBytes memory(64);
  for (int byte = 0; byte < 256; ++byte) {
    for (const size_t size : {1, 7, 8, 9, 15, 16, 17, 33}) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        ExpectExact<TypeParam>(memory.AtEnd(text), size);
        ExpectExact<TypeParam>(memory.AtEnd(text), at);
      }
    }
  }
}

TYPED_TEST(CharacterScanTest, RandomTexts) {
  tests::GuardedBytes memory(64);
  std::minstd_rand random(1);
  for (int turn = 0; turn < 20'000; ++turn) {
    // Mostly what may be there, or the scan would stop at once.
    constexpr std::string_view kUsual = "abcxyzABCXYZ0189--__..!~";
    std::string text(random() % 65, '\0');
    for (char& c : text) {
      c = random() % 16 == 0 ? static_cast<char>(random() >> 8) : kUsual[random() % kUsual.size()];
    }
    ExpectExact<TypeParam>(memory.AtEnd(text), text.size());
    ExpectExact<TypeParam>(memory.AtEnd(text), text.empty() ? 0 : random() % text.size());
  }
}

// A step may stop early, never late; that it never stops early at what is usual makes it fast.
TYPED_TEST(CharacterScanTest, AStepTellsTheUsual) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < TypeParam::kStep; ++at) {
      const char c = static_cast<char>(byte);
      std::string text(TypeParam::kStep, 'a');
      text[at] = c;
      const bool printable = byte >= 0x20 && byte < 0x7f;
      const bool alphanumeric =
          ('0' <= c && c <= '9') || ('a' <= (c | 0x20) && (c | 0x20) <= 'z' && byte < 0x80);
      const uint32_t bit = uint32_t{1} << at;
      EXPECT_EQ(TypeParam::UnusualInToken(text.data()), alphanumeric || c == '-' ? 0 : bit) << byte;
      EXPECT_EQ(TypeParam::UnusualInTarget(text.data()), InTarget(c) ? 0 : bit) << byte;
      EXPECT_EQ(TypeParam::UnusualInPath(text.data()), InPath(c) ? 0 : bit) << byte;
      EXPECT_EQ(TypeParam::UnusualInValue(text.data()), printable ? 0 : bit) << byte;
    }
  }
}

#ifdef __SSE2__

TEST(CharacterScanAvx2Test, TargetsEndWhereTheyDo) {
  if (!IsAvailable(InstructionSet::kAvx2)) GTEST_SKIP() << "this processor has no AVX2";
  tests::GuardedBytes memory(128);
  for (int byte = 0; byte < 256; ++byte) {
    for (const size_t size : {1, 31, 32, 33, 64, 70}) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        const std::string_view there = memory.AtEnd(text);
        const char* const end = there.data() + size;
        ASSERT_EQ(TargetLength<Avx2Scan>(there.data(), end, end), Naive(there, InTarget))
            << byte << " at " << at << " of " << size;
      }
    }
  }
}

#endif

}  // namespace
}  // namespace forklift::http
