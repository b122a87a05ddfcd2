#include "forklift/net/pipe.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <set>
#include <string_view>

#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

TEST(PipeTest, CarriesBytesAndEndsWithItsWriter) {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  ASSERT_EQ(::write(pipe->write_end.get(), "ab", 2), 2);
  pipe->write_end.reset();
  char bytes[4];
  ASSERT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 2);
  EXPECT_EQ(std::string_view(bytes, 2), "ab");
  EXPECT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 0);
}

TEST(PipeTest, BothEndsCloseOnExecAndHaveTheModeAskedFor) {
  for (BlockingMode mode : {BlockingMode::kBlocking, BlockingMode::kNonBlocking}) {
    const absl::StatusOr<Pipe> pipe = CreatePipe(mode);
    ASSERT_TRUE(pipe.ok()) << pipe.status();
    for (int fd : {pipe->read_end.get(), pipe->write_end.get()}) {
      EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
      EXPECT_EQ((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, mode == BlockingMode::kNonBlocking);
    }
  }
}

TEST(PipeTest, FailsClearlyAndLeavesNothingWithoutDescriptors) {
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  // Room for one end only.
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(*before.rbegin()) + 2,
                        .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(pipe.status().message(), "pipe2: Too many open files (EMFILE)");
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
}

}  // namespace
}  // namespace forklift::net
