#include "forklift/net/eintr.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "forklift/net/pipe.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

TEST(EintrTest, RepeatsWhileInterrupted) {
  int calls = 0;
  EXPECT_EQ(RetryOnEintr([&] {
              errno = EINTR;
              return ++calls < 3 ? -1 : 7;
            }),
            7);
  EXPECT_EQ(calls, 3);
}

TEST(EintrTest, HandsOnAnotherErrorAtOnce) {
  int calls = 0;
  EXPECT_EQ(RetryOnEintr([&] {
              ++calls;
              errno = EBADF;
              return -1;
            }),
            -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(calls, 1);
}

int write_end = -1;
int alarms = 0;

// The third interruption brings what the reader waits for.
void OnAlarm(int) {
  if (++alarms == 3) [[maybe_unused]]
    const ssize_t written = ::write(write_end, "x", 1);
}

TEST(EintrTest, SurvivesRealSignalsWithoutRestart) {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  write_end = pipe->write_end.get();
  struct sigaction action = {};
  action.sa_handler = OnAlarm;  // and no SA_RESTART
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGALRM, &action, &previous), 0);
  const itimerval every_millisecond = {.it_interval = {0, 1000}, .it_value = {0, 1000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &every_millisecond, nullptr), 0);

  char byte = 0;
  EXPECT_EQ(RetryOnEintr([&] { return ::read(pipe->read_end.get(), &byte, 1); }), 1);
  EXPECT_GE(alarms, 3);

  const itimerval off = {};
  ::setitimer(ITIMER_REAL, &off, nullptr);
  ::sigaction(SIGALRM, &previous, nullptr);
}

}  // namespace
}  // namespace forklift::net
