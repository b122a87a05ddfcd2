#include "forklift/net/pipe.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <string_view>
#include <utility>

#include "forklift/tests/support/holdings.h"
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

class SocketPairTest : public testing::TestWithParam<SocketPairType> {};
INSTANTIATE_TEST_SUITE_P(Types, SocketPairTest,
                         testing::Values(SocketPairType::kStream, SocketPairType::kDatagram,
                                         SocketPairType::kSeqPacket));

TEST_P(SocketPairTest, CarriesBothWays) {
  const absl::StatusOr<SocketPair> pair = CreateSocketPair(GetParam(), BlockingMode::kBlocking);
  ASSERT_TRUE(pair.ok()) << pair.status();
  for (const auto& [from, to] : {std::pair(pair->first.get(), pair->second.get()),
                                 std::pair(pair->second.get(), pair->first.get())}) {
    ASSERT_EQ(::send(from, "ab", 2, MSG_NOSIGNAL), 2);
    ASSERT_EQ(::send(from, "c", 1, MSG_NOSIGNAL), 1);
    char bytes[8];
    const bool messages = GetParam() != SocketPairType::kStream;
    EXPECT_EQ(::recv(to, bytes, sizeof(bytes), 0), messages ? 2 : 3);
  }
}

TEST_P(SocketPairTest, BothEndsCloseOnExecAndHaveTheModeAskedFor) {
  for (BlockingMode mode : {BlockingMode::kBlocking, BlockingMode::kNonBlocking}) {
    const absl::StatusOr<SocketPair> pair = CreateSocketPair(GetParam(), mode);
    ASSERT_TRUE(pair.ok()) << pair.status();
    for (int fd : {pair->first.get(), pair->second.get()}) {
      EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
      EXPECT_EQ((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, mode == BlockingMode::kNonBlocking);
    }
  }
}

TEST_P(SocketPairTest, FailsClearlyAndLeavesNothingWithoutDescriptors) {
  const tests::Holdings before = tests::Holdings::Now();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(*before.descriptors.rbegin()) + 2,
                        .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const absl::StatusOr<SocketPair> pair = CreateSocketPair(GetParam(), BlockingMode::kBlocking);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(pair.status().message(), "socketpair: Too many open files (EMFILE)");
  EXPECT_EQ(tests::Holdings::Now(), before);
}

}  // namespace
}  // namespace forklift::net
