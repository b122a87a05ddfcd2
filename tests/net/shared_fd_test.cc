#include "forklift/net/shared_fd.h"

#include <fcntl.h>

#include <optional>
#include <type_traits>
#include <utility>

#include "forklift/net/unique_fd.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

static_assert(!std::is_copy_constructible_v<SharedFd> && !std::is_copy_assignable_v<SharedFd>);
static_assert(std::is_nothrow_move_constructible_v<SharedFd>);
static_assert(!std::is_convertible_v<int, SharedFd>);

UniqueFd OpenNull() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(SharedFdTest, AloneItClosesAtTheEndOfItsLife) {
  int fd;
  {
    const SharedFd owner(OpenNull());
    EXPECT_TRUE(owner.valid());
    fd = owner.get();
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(SharedFdTest, OwnsNothingByDefault) {
  EXPECT_FALSE(SharedFd().valid());
  EXPECT_EQ(SharedFd().get(), -1);
  EXPECT_FALSE(SharedFd().Share().valid());
}

TEST(SharedFdTest, TheLastOwnerCloses) {
  std::optional<SharedFd> first(OpenNull());
  std::optional<SharedFd> second(first->Share());
  std::optional<SharedFd> third(second->Share());
  const int fd = first->get();
  EXPECT_EQ(second->get(), fd);
  EXPECT_EQ(third->get(), fd);
  first.reset();
  third.reset();
  EXPECT_TRUE(IsOpen(fd));
  second.reset();
  EXPECT_FALSE(IsOpen(fd));
}

TEST(SharedFdTest, MovesOwnership) {
  SharedFd first(OpenNull());
  const int fd = first.get();
  SharedFd second = std::move(first);
  EXPECT_FALSE(first.valid());  // NOLINT: what is left behind is the point
  EXPECT_EQ(second.get(), fd);
  const SharedFd third = second.Share();
  second = SharedFd(OpenNull());
  EXPECT_EQ(third.get(), fd);
  EXPECT_TRUE(IsOpen(fd));
}

}  // namespace
}  // namespace forklift::net
