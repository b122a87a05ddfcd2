#include "forklift/http/header_name.h"

#include <stddef.h>

#include <random>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "forklift/http/header_name_table.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

HeaderName Find(std::string_view name) {
  tests::GuardedBytes memory(name.size());
  return FindHeaderName(memory.AtEnd(name));
}

TEST(HeaderNameTest, EachIsFoundInAnyCase) {
  std::minstd_rand random(1);
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const auto id = static_cast<HeaderName>(i);
    const std::string name(Spelling(id));
    EXPECT_EQ(Find(name), id) << name;
    EXPECT_EQ(Find(absl::AsciiStrToLower(name)), id) << name;
    EXPECT_EQ(Find(absl::AsciiStrToUpper(name)), id) << name;
    for (int turn = 0; turn < 20; ++turn) {
      std::string mixed = name;
      for (char& c : mixed) c = random() % 2 ? absl::ascii_toupper(c) : absl::ascii_tolower(c);
      EXPECT_EQ(Find(mixed), id) << mixed;
    }
  }
}

TEST(HeaderNameTest, NoneIsFoundWithOneCharacterChanged) {
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const std::string name(Spelling(static_cast<HeaderName>(i)));
    for (size_t at = 0; at < name.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = name;
        changed[at] = static_cast<char>(byte);
        if (absl::AsciiStrToLower(changed) == absl::AsciiStrToLower(name)) continue;
        const HeaderName found = FindHeaderName(changed);  // Via is not far from Vary
        EXPECT_TRUE(found == HeaderName::kOther ||
                    absl::AsciiStrToLower(Spelling(found)) == absl::AsciiStrToLower(changed))
            << changed;
      }
    }
  }
}

TEST(HeaderNameTest, NoneIsFoundLongerOrShorter) {
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const std::string name(Spelling(static_cast<HeaderName>(i)));
    for (const char c : {' ', ':', '-', 's', '\0', '\r'}) {
      EXPECT_EQ(Find(name + c), HeaderName::kOther) << name << c;
      EXPECT_EQ(Find(c + name), HeaderName::kOther) << c << name;
    }
    EXPECT_EQ(Find(std::string_view(name).substr(1)), HeaderName::kOther) << name;
    EXPECT_EQ(Find(std::string_view(name).substr(0, name.size() - 1)), HeaderName::kOther) << name;
  }
}

// A CR is a hyphen without the bit that makes a capital a small letter.
TEST(HeaderNameTest, LookAlikesAreOthers) {
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const std::string name(Spelling(static_cast<HeaderName>(i)));
    if (name.find('-') == std::string::npos) continue;
    for (const std::string_view other : {"\r", "_", " ", "\n", ".", "M", ""}) {
      EXPECT_EQ(Find(absl::StrReplaceAll(name, {{"-", other}})), HeaderName::kOther) << name;
    }
  }
  EXPECT_EQ(Find(""), HeaderName::kOther);
  EXPECT_EQ(Find(":"), HeaderName::kOther);
  EXPECT_EQ(Find("H\xcfST"), HeaderName::kOther);
  EXPECT_EQ(Find(std::string(70'000, 'a')), HeaderName::kOther);
}

TEST(HeaderNameTest, EachHasASpellingOfItsOwn) {
  EXPECT_EQ(Spelling(HeaderName::kOther), "");
  EXPECT_EQ(Spelling(HeaderName::kContentLength), "Content-Length");
  EXPECT_EQ(Spelling(HeaderName::kXForwardedProto), "X-Forwarded-Proto");
  std::set<std::string> spellings;
  for (const std::string_view spelling : kSpellings) {
    spellings.insert(absl::AsciiStrToLower(spelling));
    EXPECT_LT(spelling.size() + 1, kPatternSize) << "and its colon";
  }
  EXPECT_EQ(spellings.size(), kSpellings.size());
}

TEST(HeaderNameTest, ASetHasABitForEach) {
  HeaderNameSet all = 0;
  for (int i = 0; i < kHeaderNameCount; ++i) {
    const HeaderNameSet bit = Bit(static_cast<HeaderName>(i));
    EXPECT_EQ(all & bit, 0u) << i;
    all |= bit;
  }
}

TEST(HeaderNameTest, IsAmongASetWhateverItsCase) {
  constexpr HeaderNameSet kSet = Bit(HeaderName::kContentLength) | Bit(HeaderName::kTE);
  for (const std::string_view name : {"Content-Length", "content-length", "CONTENT-LENGTH", "te"}) {
    EXPECT_TRUE(IsAmong(name, kSet)) << name;
  }
  for (const std::string_view name :
       {"", "t", "tee", "Content-Lengts", "Content-Leneth", "Content-Type", "X-Other"}) {
    EXPECT_FALSE(IsAmong(name, kSet)) << name;
  }
  for (int i = 1; i < kHeaderNameCount; ++i) {
    const auto name = static_cast<HeaderName>(i);
    EXPECT_TRUE(IsAmong(Spelling(name), Bit(name)));
    EXPECT_FALSE(IsAmong(Spelling(name), ~Bit(name) & ~Bit(HeaderName::kOther)));
  }
}

// A line that begins with a colon was taken for one whose name is not known, as long as it pleased.
TEST(HeaderNameTest, NoTextHasThePatternOfOther) {
  const NamePattern& pattern = kNameTable.pattern(HeaderName::kOther);
  for (size_t at = 0; at < pattern.free.size(); ++at) {
    EXPECT_NE(pattern.free[at] & ~pattern.wanted[at], 0) << at;
  }
}

}  // namespace
}  // namespace forklift::http
