// 3a: the next client waits.
#include <sys/socket.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
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

TEST(IterativeServerTest, PrintsTheRequestAndGreets) {
  RunningServer server;
  EXPECT_EQ(Exchange(server.address(), "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), kAnswer);
  EXPECT_EQ(server.process().ReadLine(), "GET /hello HTTP/1.1");
  EXPECT_EQ(server.process().ReadLine(), "Host: localhost");
}

TEST(IterativeServerTest, PrintsNothingThatATerminalObeys) {
  RunningServer server;
  Exchange(server.address(), "GET /\033[2J HTTP/1.1\r\n\r\n");
  EXPECT_EQ(server.process().ReadLine(), "GET /\\x1b[2J HTTP/1.1");
}

TEST(IterativeServerTest, ASilentClientHoldsUpTheNext) {
  RunningServer server;
  const net::UniqueFd silent = Connect(server.address());
  const net::UniqueFd next = Connect(server.address());
  ASSERT_TRUE(Send(next, kShortRequest));
  // The server waits for the silent connection, which it has accepted.
  ASSERT_TRUE(Eventually([&] { return OpenDescriptors(server.process().pid()).contains(4); }));
  ASSERT_TRUE(Eventually([&] { return ProcessState(server.process().pid()) == 'S'; }));
  EXPECT_FALSE(IsReadable(next));
  ASSERT_TRUE(Send(silent, kShortRequest));
  EXPECT_EQ(ReceiveAll(silent), kAnswer);
  EXPECT_EQ(ReceiveAll(next), kAnswer);
}

TEST(IterativeServerTest, GoesOnAfterClientsThatCloseOrReset) {
  RunningServer server;
  { const net::UniqueFd closes = Connect(server.address()); }
  {
    const net::UniqueFd resets = Connect(server.address());
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    ASSERT_EQ(::setsockopt(resets.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
  }
  EXPECT_EQ(Exchange(server.address(), kShortRequest), kAnswer);
}

TEST(IterativeServerTest, SaysWhyItCannotListen) {
  RunningServer server;
  const Finished second =
      RunProgram({ServerBinary(), absl::StrCat("--port=", server.address().port())});
  EXPECT_EQ(second.status.code(), 1);
  EXPECT_EQ(second.output, "");
  EXPECT_THAT(second.error, testing::HasSubstr("Address already in use (EADDRINUSE)"));
}

}  // namespace
}  // namespace forklift::tests
