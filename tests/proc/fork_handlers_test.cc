// Tests what proc/fork.h says of pthread_atfork(3), in a program of its own: a static one that
// never calls it forks otherwise.
#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/fork.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

bool told_before = false;
bool told_in_child = false;

TEST(ForkHandlersTest, WhoeverAskedHearsOfIt) {
  ASSERT_EQ(::pthread_atfork([] { told_before = true; }, nullptr, [] { told_in_child = true; }), 0);
  const absl::StatusOr<pid_t> child = Fork([] { return told_in_child ? 0 : 1; });
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_TRUE(told_before);
  int status = -1;
  EXPECT_EQ(net::RetryOnEintr([&] { return ::waitpid(*child, &status, 0); }), *child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace forklift::proc
