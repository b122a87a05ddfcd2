// 3g: survives the signal, and misses no child, however many end at once.
#include <stddef.h>

#include "forklift/tests/apps/lessons/lesson_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

class ReapingServerTest : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Clients, ReapingServerTest, testing::Values(1, 128, 1000),
                         testing::PrintToStringParamName());

TEST_P(ReapingServerTest, NoneAtOnceLeavesAZombie) {
  RunningServer server;
  ASSERT_TRUE(EndAtOnce(server, GetParam()));
  EXPECT_TRUE(Eventually([&] { return Children(server.process().pid()).empty(); }));
  EXPECT_EQ(Exchange(server.address(), kShortRequest), kAnswer);
}

}  // namespace
}  // namespace forklift::tests
