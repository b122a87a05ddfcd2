#include "forklift/net/wait_ready.h"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

class WaitReadyTest : public testing::Test {
 protected:
  WaitReadyTest() : pipe_(*CreatePipe(BlockingMode::kNonBlocking)) {}

  Pipe pipe_;
};

TEST_F(WaitReadyTest, TellsWhatIsReady) {
  EXPECT_TRUE(*WaitReady(pipe_.write_end.get(), POLLOUT, Deadline::Infinite()));
  EXPECT_FALSE(*WaitReady(pipe_.read_end.get(), POLLIN, Deadline::After(absl::ZeroDuration())));
  ASSERT_EQ(::write(pipe_.write_end.get(), "x", 1), 1);
  EXPECT_TRUE(*WaitReady(pipe_.read_end.get(), POLLIN, Deadline::Infinite()));
  EXPECT_TRUE(*WaitReady(pipe_.read_end.get(), POLLIN, Deadline::After(absl::ZeroDuration())));
}

TEST_F(WaitReadyTest, StopsAtTheDeadlineAndNotBefore) {
  for (int fd : {pipe_.read_end.get(), -1}) {
    const Deadline deadline = Deadline::After(absl::Milliseconds(20));
    EXPECT_FALSE(*WaitReady(fd, POLLIN, deadline));
    EXPECT_TRUE(deadline.expired());
  }
}

TEST_F(WaitReadyTest, WhatTheNextCallWillTellCountsAsReady) {
  pipe_.write_end.reset();
  EXPECT_TRUE(*WaitReady(pipe_.read_end.get(), POLLIN, Deadline::Infinite()));
  const int closed = pipe_.read_end.get();
  pipe_.read_end.reset();
  EXPECT_TRUE(*WaitReady(closed, POLLIN, Deadline::Infinite()));
}

TEST_F(WaitReadyTest, SignalsDoNotMoveTheDeadline) {
  struct sigaction action = {}, previous;
  action.sa_handler = [](int) {};  // and no SA_RESTART
  ASSERT_EQ(::sigaction(SIGALRM, &action, &previous), 0);
  const itimerval often = {.it_interval = {0, 1000}, .it_value = {0, 1000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);
  const Deadline deadline = Deadline::After(absl::Milliseconds(50));
  const absl::StatusOr<bool> ready = WaitReady(pipe_.read_end.get(), POLLIN, deadline);
  const itimerval off = {};
  ::setitimer(ITIMER_REAL, &off, nullptr);
  ::sigaction(SIGALRM, &previous, nullptr);
  ASSERT_TRUE(ready.ok()) << ready.status();
  EXPECT_FALSE(*ready);
  EXPECT_TRUE(deadline.expired());
}

}  // namespace
}  // namespace forklift::net
