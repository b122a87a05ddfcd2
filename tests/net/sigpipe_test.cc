#include "forklift/net/sigpipe.h"

#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

bool SigpipeBlocked() {
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return ::sigismember(&mask, SIGPIPE) == 1;
}
bool SigpipePending() {
  sigset_t pending;
  ::sigpending(&pending);
  return ::sigismember(&pending, SIGPIPE) == 1;
}
void Mask(int how) {
  sigset_t sigpipe;
  ::sigemptyset(&sigpipe);
  ::sigaddset(&sigpipe, SIGPIPE);
  ::pthread_sigmask(how, &sigpipe, nullptr);
}

class SigpipeTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
    ASSERT_TRUE(pipe.ok());
    broken_ = std::move(pipe->write_end);
  }
  ssize_t WriteToBroken() {
    return WithoutSigpipe([&] { return ::write(broken_.get(), "x", 1); });
  }
  UniqueFd broken_;  // the write end of a pipe that nobody reads
};

TEST_F(SigpipeTest, FailsWithEpipeAndTheProcessLives) {
  errno = 0;
  EXPECT_EQ(WriteToBroken(), -1);
  EXPECT_EQ(errno, EPIPE);
  EXPECT_FALSE(SigpipeBlocked());
  EXPECT_FALSE(SigpipePending());
}

TEST_F(SigpipeTest, LeavesAMaskThatBlockedIt) {
  Mask(SIG_BLOCK);
  EXPECT_EQ(WriteToBroken(), -1);
  EXPECT_TRUE(SigpipeBlocked());
  EXPECT_FALSE(SigpipePending()) << "the one that the call raised is taken";
  Mask(SIG_UNBLOCK);
}

TEST_F(SigpipeTest, LeavesOneThatWasPendingBefore) {
  Mask(SIG_BLOCK);
  ::raise(SIGPIPE);
  EXPECT_EQ(WriteToBroken(), -1);
  EXPECT_TRUE(SigpipePending()) << "somebody else waits for it";
  int taken = 0;
  sigset_t sigpipe;
  ::sigemptyset(&sigpipe);
  ::sigaddset(&sigpipe, SIGPIPE);
  ASSERT_EQ(::sigwait(&sigpipe, &taken), 0);
  Mask(SIG_UNBLOCK);
}

// The call reports what it had moved; the signal comes all the same.
TEST_F(SigpipeTest, AReaderThatLeavesInTheMiddleRaisesNothing) {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  std::thread reader([&] {
    char bytes[100];
    EXPECT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 100);
    pipe->read_end.reset();
  });
  const std::string much(1 << 20, 'x');
  const ssize_t count =
      WithoutSigpipe([&] { return ::write(pipe->write_end.get(), much.data(), much.size()); });
  reader.join();
  EXPECT_GT(count, 0);
  EXPECT_LT(count, static_cast<ssize_t>(much.size()));
  EXPECT_FALSE(SigpipePending());
}

TEST_F(SigpipeTest, Nests) {
  const ssize_t written = WithoutSigpipe([&] {
    EXPECT_EQ(WriteToBroken(), -1);
    EXPECT_TRUE(SigpipeBlocked()) << "the outer one's";
    return WriteToBroken();
  });
  EXPECT_EQ(written, -1);
  EXPECT_FALSE(SigpipeBlocked());
  EXPECT_FALSE(SigpipePending());
}

TEST_F(SigpipeTest, WorksWhereTheProgramIgnoresTheSignal) {
  struct sigaction ignore = {}, previous = {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGPIPE, &ignore, &previous), 0);
  EXPECT_EQ(WriteToBroken(), -1);
  EXPECT_EQ(errno, EPIPE);
  ::sigaction(SIGPIPE, &previous, nullptr);
}

TEST_F(SigpipeTest, PassesResultsAndErrnoOn) {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kNonBlocking);
  ASSERT_TRUE(pipe.ok());
  EXPECT_EQ(WithoutSigpipe([&] { return ::write(pipe->write_end.get(), "abc", 3); }), 3);
  char byte[8];
  EXPECT_EQ(WithoutSigpipe([&] { return ::read(pipe->read_end.get(), byte, 8); }), 3);
  EXPECT_EQ(WithoutSigpipe([&] { return ::read(pipe->read_end.get(), byte, 8); }), -1);
  EXPECT_EQ(errno, EAGAIN);
}

using SigpipeDeathTest = SigpipeTest;

// What it protects from.
TEST_F(SigpipeDeathTest, WithoutItTheProcessDies) {
  EXPECT_EXIT((void)!::write(broken_.get(), "x", 1), testing::KilledBySignal(SIGPIPE), "");
}

}  // namespace
}  // namespace forklift::net
