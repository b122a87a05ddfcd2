#include "forklift/http/byte_word.h"

#include <stddef.h>
#include <stdint.h>

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// Eight bytes at random, with `byte` at `at`.
std::string Bytes(std::minstd_rand& random, int byte, size_t at) {
  std::string bytes(8, '\0');
  for (char& c : bytes) c = static_cast<char>(random() >> 8);
  bytes[at] = static_cast<char>(byte);
  return bytes;
}

template <class Predicate>
uint8_t Expected(const std::string& bytes, Predicate marked) {
  uint8_t bits = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (marked(static_cast<uint8_t>(bytes[i]))) bits |= static_cast<uint8_t>(1 << i);
  }
  return bits;
}

// Calls `check` with every byte at every place.
template <class Check>
void ForEachByte(Check check) {
  std::minstd_rand random(1);
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 8; ++at) check(Bytes(random, byte, at));
  }
}

TEST(ByteWordTest, TheFirstByteIsTheLowest) {
  EXPECT_EQ(LoadWord("\x01\x02\x03\x04\x05\x06\x07\x08"), 0x0807060504030201u);
}

TEST(ByteWordTest, MarksEveryByteBelow) {
  for (int limit = 1; limit <= 128; ++limit) {
    ForEachByte([limit](const std::string& bytes) {
      const ByteWord marks = BytesBelow(LoadWord(bytes.data()), static_cast<uint8_t>(limit));
      ASSERT_EQ(marks & ~kEveryMark, 0u);
      ASSERT_EQ(PackMarks(marks), Expected(bytes, [limit](uint8_t b) { return b < limit; }))
          << limit;
    });
  }
}

TEST(ByteWordTest, MarksEveryByteEqual) {
  for (int wanted = 0; wanted < 256; ++wanted) {
    ForEachByte([wanted](const std::string& bytes) {
      const ByteWord marks = BytesEqual(LoadWord(bytes.data()), static_cast<uint8_t>(wanted));
      ASSERT_EQ(PackMarks(marks), Expected(bytes, [wanted](uint8_t b) { return b == wanted; }))
          << wanted;
    });
  }
}

TEST(ByteWordTest, PacksAnyMarks) {
  for (int bits = 0; bits < 256; ++bits) {
    ByteWord marks = 0;
    for (int i = 0; i < 8; ++i) {
      if (bits >> i & 1) marks |= ByteWord{0x80} << (8 * i);
    }
    EXPECT_EQ(PackMarks(marks), bits);
  }
}

}  // namespace
}  // namespace forklift::http
