#include "forklift/net/unique_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <set>
#include <type_traits>
#include <utility>

#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

static_assert(!std::is_copy_constructible_v<UniqueFd> && !std::is_copy_assignable_v<UniqueFd>);
static_assert(std::is_nothrow_move_constructible_v<UniqueFd>);
static_assert(!std::is_convertible_v<int, UniqueFd> && !std::is_convertible_v<UniqueFd, int>);

int OpenNull() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(UniqueFdTest, ClosesAtTheEndOfItsLife) {
  int fd;
  {
    UniqueFd owner(OpenNull());
    fd = owner.get();
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(UniqueFdTest, OwnsNothingByDefaultAndAfterAFailedCall) {
  EXPECT_FALSE(UniqueFd().valid());
  EXPECT_EQ(UniqueFd(-5).get(), -1);
  EXPECT_TRUE(UniqueFd(::dup(0)).valid());
}

TEST(UniqueFdTest, DescriptorZeroIsValid) {
  UniqueFd standard_input(0);
  EXPECT_TRUE(standard_input.valid());
  EXPECT_EQ(standard_input.release(), 0);
}

TEST(UniqueFdTest, MovesOwnership) {
  UniqueFd first(OpenNull());
  const int fd = first.get();
  UniqueFd second = std::move(first);
  EXPECT_FALSE(first.valid());  // NOLINT: what is left behind is the point
  EXPECT_EQ(second.get(), fd);

  UniqueFd third(OpenNull());
  const int closed = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), fd);
  EXPECT_FALSE(IsOpen(closed));
}

TEST(UniqueFdTest, SurvivesAMoveToItself) {
  UniqueFd owner(OpenNull());
  UniqueFd& same = owner;
  owner = std::move(same);
  EXPECT_TRUE(IsOpen(owner.get()));
}

TEST(UniqueFdTest, ReleaseDoesNotClose) {
  UniqueFd owner(OpenNull());
  const int fd = owner.release();
  EXPECT_FALSE(owner.valid());
  EXPECT_TRUE(IsOpen(fd));
  ::close(fd);
}

TEST(UniqueFdTest, ResetKeepsErrno) {
  UniqueFd owner(OpenNull());
  errno = ENOTTY;
  owner.reset();
  EXPECT_EQ(errno, ENOTTY);
  owner.reset();  // nothing left to close
}

TEST(UniqueFdDeathTest, DiesWhenAnotherOwnerClosedIt) {
  EXPECT_DEATH(
      {
        UniqueFd owner(OpenNull());
        ::close(owner.get());
      },
      "closed by another owner");
}

TEST(UniqueFdTest, DuplicateIsAnotherDescriptorAndCloseOnExec) {
  const UniqueFd owner(OpenNull());
  const absl::StatusOr<UniqueFd> copy = owner.Duplicate();
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_NE(copy->get(), owner.get());
  EXPECT_EQ(::fcntl(copy->get(), F_GETFD), FD_CLOEXEC);
}

TEST(UniqueFdTest, DuplicateOfNothingIsAnErrorThatNamesTheCall) {
  const absl::StatusOr<UniqueFd> copy = UniqueFd().Duplicate();
  EXPECT_EQ(copy.status().message(), "fcntl F_DUPFD_CLOEXEC -1: Bad file descriptor (EBADF)");
}

TEST(UniqueFdTest, ManyLivesLeaveNoDescriptor) {
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  for (int i = 0; i < 10'000; ++i) {
    UniqueFd first(OpenNull());
    UniqueFd second = std::move(first);
    first = UniqueFd(OpenNull());
  }
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
}

}  // namespace
}  // namespace forklift::net
