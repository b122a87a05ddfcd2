#include "forklift/http/checked_copy.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using tests::GuardedBytes;

// Through every branch: nothing, single bytes, halves, words, vectors and their tails.
constexpr size_t kSizes = 70;

std::string Letters(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

// Both texts end where a page that nobody may touch begins.
bool IsUsualName(std::string_view text) {
  GuardedBytes from(text.size());
  GuardedBytes to(text.size());
  const bool usual = AllUsual(CopyName(from.AtEnd(text), to.End(text.size())));
  EXPECT_EQ(std::string_view(to.End(text.size()), text.size()), text);
  return usual;
}

bool IsUsualValue(std::string_view text) {
  GuardedBytes from(text.size());
  GuardedBytes to(text.size());
  const bool usual = AllUsual(CopyValue(from.AtEnd(text), to.End(text.size())));
  EXPECT_EQ(std::string_view(to.End(text.size()), text.size()), text);
  return usual;
}

TEST(CheckedCopyTest, CopiesAllAndTouchesNothingElse) {
  for (size_t size = 0; size < kSizes; ++size) {
    const std::string text = Letters(size);
    EXPECT_TRUE(IsUsualName(text)) << size;
    EXPECT_TRUE(IsUsualValue(text)) << size;
    std::string wider(size + 2, '.');
    CopyValue(text, wider.data() + 1);
    EXPECT_EQ(wider, "." + text + ".");
  }
}

TEST(CheckedCopyTest, FindsARareByteWhereverItStands) {
  for (size_t size = 1; size < kSizes; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text = Letters(size);
      text[at] = ' ';
      EXPECT_FALSE(IsUsualName(text)) << at << " of " << size;
      text[at] = '\n';
      EXPECT_FALSE(IsUsualValue(text)) << at << " of " << size;
    }
  }
}

TEST(CheckedCopyTest, WhatIsUsualIsSurelyGood) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool usual_in_names = absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '-';
    for (size_t size : {1u, 2u, 3u, 4u, 7u, 8u, 15u, 16u, 17u, 40u}) {
      std::string text = Letters(size);
      text[size / 2] = c;
      EXPECT_EQ(IsUsualName(text), usual_in_names) << byte << " in " << size;
      EXPECT_EQ(IsUsualValue(text), byte >= ' ' && byte <= '~') << byte << " in " << size;
    }
  }
}

}  // namespace
}  // namespace forklift::http
