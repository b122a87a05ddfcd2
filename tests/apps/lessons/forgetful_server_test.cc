// 3f: survives the signal, and misses children that end at once.
#include <sys/types.h>

#include "forklift/tests/apps/lessons/lesson_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

TEST(ForgetfulServerTest, OneAfterTheOtherLeavesNoZombie) {
  RunningServer server;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Exchange(server.address(), kShortRequest), kAnswer);
    EXPECT_TRUE(Eventually([&] { return Children(server.process().pid()).empty(); }));
  }
}

TEST(ForgetfulServerTest, Of128AtOnceAllButOneStay) {
  RunningServer server;
  const pid_t parent = server.process().pid();
  ASSERT_TRUE(EndAtOnce(server, 128));
  ASSERT_TRUE(Eventually([&] { return Children(parent).size() < 128; }));
  // Each further child brings a signal, and the signal a wait: the number stays.
  EXPECT_EQ(Exchange(server.address(), kShortRequest), kAnswer);
  EXPECT_TRUE(Eventually([&] { return Children(parent).size() == 127; }));
}

}  // namespace
}  // namespace forklift::tests
