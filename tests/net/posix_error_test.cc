#include "forklift/net/posix_error.h"

#include <errno.h>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

TEST(PosixErrorTest, NamesTheCallTheReasonAndTheSymbol) {
  const absl::Status status = PosixError(EACCES, "bind 127.0.0.1:80");
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(status.message(), "bind 127.0.0.1:80: Permission denied (EACCES)");
}

TEST(PosixErrorTest, TakesAnErrnoThatNobodyHasNamed) {
  const absl::Status status = PosixError(98765, "call");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(status.message(), testing::StartsWith("call: "));
  EXPECT_THAT(status.message(), testing::HasSubstr("errno 98765"));
}

}  // namespace
}  // namespace forklift::net
