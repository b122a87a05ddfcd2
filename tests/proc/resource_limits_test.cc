#include "forklift/proc/resource_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

TEST(ResourceLimitsTest, NamesAreThoseOfUlimitAndOfTheSystem) {
  for (const char* name : {"nofile", "NOFILE", "RLIMIT_NOFILE"})
    EXPECT_EQ(*ResourceByName(name), RLIMIT_NOFILE) << name;
  EXPECT_EQ(*ResourceByName("core"), RLIMIT_CORE);
  for (const char* name : {"", "files", "nofile ", "RLIMIT_"}) {
    const absl::Status status = GetLimit(name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << name;
    EXPECT_TRUE(absl::StrContains(status.message(), "nofile, nproc")) << status;
  }
}

TEST(ResourceLimitsTest, GetsAndSetsWhatTheSystemHas) {
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const absl::StatusOr<rlimit> limit = GetLimit("nofile");
  ASSERT_TRUE(limit.ok()) << limit.status();
  EXPECT_EQ(limit->rlim_cur, before.rlim_cur);
  EXPECT_EQ(limit->rlim_max, before.rlim_max);

  ASSERT_TRUE(SetLimit("nofile", {.rlim_cur = 100, .rlim_max = before.rlim_max}).ok());
  EXPECT_EQ(GetLimit("nofile")->rlim_cur, 100u);
  ASSERT_TRUE(RaiseSoftLimit("nofile").ok());
  EXPECT_EQ(GetLimit("nofile")->rlim_cur, before.rlim_max);
  ASSERT_TRUE(SetLimit("nofile", before).ok());
}

TEST(ResourceLimitsTest, ARefusalSaysWhatWasAskedFor) {
  const absl::Status crossed = SetLimit("nofile", {.rlim_cur = 20, .rlim_max = 10});
  EXPECT_EQ(crossed.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(crossed.message(), "setrlimit nofile to 20 of 10")) << crossed;
  // More than the kernel lets anyone have (fs.nr_open).
  const absl::Status above =
      SetLimit("nofile", {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY});
  EXPECT_EQ(above.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(absl::StrContains(above.message(), "unlimited of unlimited")) << above;
  EXPECT_EQ(SetLimit("files", {}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(RaiseSoftLimit("files").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace forklift::proc
