#include "forklift/http/byte_block.h"

#include <stddef.h>
#include <stdint.h>

#include <random>
#include <string>
#include <string_view>

#include "forklift/http/instruction_set.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

uint64_t Expected(std::string_view block) {
  uint64_t bits = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const auto byte = static_cast<uint8_t>(block[i]);
    if (byte < 0x20 || byte > 0x7e) bits |= uint64_t{1} << i;
  }
  return bits;
}

// Every byte at every place, alone and among others.
template <class Unprintable>
void ExpectExact(Unprintable unprintable) {
  std::minstd_rand random(1);
  tests::GuardedBytes memory(kBlockSize);
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < kBlockSize; ++at) {
      std::string block(kBlockSize, 'a');
      block[at] = static_cast<char>(byte);
      ASSERT_EQ(unprintable(memory.AtEnd(block).data()), Expected(block)) << byte << " at " << at;
      for (char& c : block) c = static_cast<char>(random() >> 8);
      block[at] = static_cast<char>(byte);
      ASSERT_EQ(unprintable(memory.AtEnd(block).data()), Expected(block)) << byte << " at " << at;
    }
  }
}

#ifdef __SSE2__

TEST(ByteBlockTest, Sse2MarksWhatIsNotPrintable) {
  const Sse2Block block;
  ExpectExact([&](const char* data) { return block.Unprintable(data); });
}

FORKLIFT_TARGET_AVX2 uint64_t UnprintableByAvx2(const char* data) {
  return Avx2Block().Unprintable(data);
}

TEST(ByteBlockTest, Avx2MarksWhatIsNotPrintable) {
  if (!IsAvailable(InstructionSet::kAvx2)) GTEST_SKIP() << "this processor has no AVX2";
  ExpectExact(UnprintableByAvx2);
}

#else

TEST(ByteBlockTest, IsForProcessorsWithSse2) { GTEST_SKIP() << "this one has none"; }

#endif

}  // namespace
}  // namespace forklift::http
