#include "forklift/http/character_set.h"

#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(CharacterSetTest, HasWhatItWasMadeOf) {
  constexpr std::string_view kCharacters("a\0\xff", 3);
  constexpr CharacterSet kSet(kCharacters);
  static_assert(kSet.Has('a') && !kSet.Has('b'));
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(kSet.Has(c), kCharacters.find(c) != std::string_view::npos) << byte;
  }
}

}  // namespace
}  // namespace forklift::http
