#include "forklift/http/load/failure.h"

#include <stddef.h>

#include <set>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(FailureTest, EachHasANameAndATextOfItsOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> texts;
  for (size_t kind = 0; kind < kFailureKinds; ++kind) {
    names.insert(FailureName(static_cast<Failure>(kind)));
    texts.insert(FailureText(static_cast<Failure>(kind)));
  }
  EXPECT_EQ(names.size(), kFailureKinds);
  EXPECT_EQ(texts.size(), kFailureKinds);
  EXPECT_FALSE(names.contains(""));
}

TEST(FailureTest, NamesGoWithTheirEnumerators) {
  EXPECT_EQ(FailureName(Failure::kRefused), "refused");
  EXPECT_EQ(FailureName(Failure::kReset), "reset");
  EXPECT_EQ(FailureName(Failure::kShortResponse), "short_response");
  EXPECT_EQ(FailureName(Failure::kOtherNonce), "other_nonce");
  EXPECT_EQ(FailureName(Failure::kNotSent), "not_sent");
  EXPECT_EQ(FailureName(Failure::kInterrupted), "interrupted");
}

}  // namespace
}  // namespace forklift::http::load
