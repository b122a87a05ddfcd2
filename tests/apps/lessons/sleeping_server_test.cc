// 3b: the second client connects, waits in the queue, and is served once the first has ended.
#include <string>

#include "forklift/net/unique_fd.h"
#include "forklift/tests/apps/lessons/lesson_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

TEST(SleepingServerTest, TheSecondClientWaitsForTheEndOfTheFirst) {
  RunningServer server({"--delay=10ms"});
  const net::UniqueFd first = Connect(server.address());
  ASSERT_TRUE(Send(first, kShortRequest));
  EXPECT_EQ(ReceiveUntil(first, "World!\n"), kAnswer);  // its end comes after the delay

  const net::UniqueFd second = Connect(server.address());
  ASSERT_TRUE(Send(second, kShortRequest));
  // The server closes the first before it accepts the second. So by the time that this one has its
  // answer, the other has its end.
  EXPECT_EQ(ReceiveUntil(second, "World!\n"), kAnswer);
  EXPECT_TRUE(IsReadable(first));
  EXPECT_EQ(ReceiveAll(first), "");
  EXPECT_EQ(ReceiveAll(second), "");
}

TEST(SleepingServerTest, TheSecondClientHasNothingWhileTheServerSleeps) {
  RunningServer server({"--delay=1h"});
  const net::UniqueFd first = Connect(server.address());
  ASSERT_TRUE(Send(first, kShortRequest));
  EXPECT_EQ(ReceiveUntil(first, "World!\n"), kAnswer);
  const net::UniqueFd second = Connect(server.address());
  ASSERT_TRUE(Send(second, kShortRequest));
  ASSERT_TRUE(Eventually([&] { return ProcessState(server.process().pid()) == 'S'; }));
  EXPECT_FALSE(IsReadable(first));
  EXPECT_FALSE(IsReadable(second));
}

TEST(SleepingServerTest, DefaultsAreTheArticles) {
  const std::string help = RunProgram({ServerBinary(), "--help"}).output;
  EXPECT_THAT(help, testing::ContainsRegex("--port .*\\(default: 8888\\)"));
  EXPECT_THAT(help, testing::ContainsRegex("--delay .*\\(default: 1m\\)"));
}

}  // namespace
}  // namespace forklift::tests
