#include "forklift/http/server/service_notices.h"

#include <poll.h>
#include <stdlib.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/notify.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/service_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using testing::ElementsAre;

class ServiceNoticesTest : public testing::Test {
 protected:
  void SetUp() override { ::setenv("NOTIFY_SOCKET", manager_.name().c_str(), 1); }
  void TearDown() override {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
  }

  static proc::Notifier FromEnvironment() {
    return *proc::Notifier::FromEnvironment(proc::Notifier::Variables::kKeep);
  }

  // All that has arrived.
  std::vector<std::string> Received() const {
    std::vector<std::string> all;
    for (std::string one; (one = manager_.Receive(absl::ZeroDuration())) != "<none>";) {
      all.push_back(std::move(one));
    }
    return all;
  }

 private:
  const tests::ServiceManager manager_;
};

TEST_F(ServiceNoticesTest, AreSentAtOnce) {
  ServiceNotices notices(FromEnvironment());
  notices.Reloading();
  EXPECT_THAT(Received(), ElementsAre(testing::StartsWith("RELOADING=1\n")));
  notices.Ready();
  notices.Status("serving");
  notices.Stopping();
  EXPECT_THAT(Received(), ElementsAre("READY=1", "STATUS=serving", "STOPPING=1"));
  EXPECT_EQ(notices.deadline(), net::Deadline::Infinite());
}

TEST_F(ServiceNoticesTest, AreSentAgainInTheirOrderWhereTheQueueWasFull) {
  const proc::Notifier another = FromEnvironment();
  while (another.Watchdog().ok()) {
  }
  ServiceNotices notices(FromEnvironment());
  notices.MainPid(1234);
  notices.Stopping();
  EXPECT_NE(notices.deadline(), net::Deadline::Infinite());
  EXPECT_THAT(Received(), testing::Each("WATCHDOG=1"));
  notices.Ready();  // no sooner than what is owed
  std::vector<std::string> received;
  EXPECT_TRUE(tests::Eventually([&] {
    notices.Advance();
    for (const std::string& one : Received()) received.push_back(one);
    return received.size() >= 3;
  }));
  EXPECT_THAT(received, ElementsAre("MAINPID=1234", "STOPPING=1", "READY=1"));
  EXPECT_EQ(notices.deadline(), net::Deadline::Infinite());
}

TEST_F(ServiceNoticesTest, AProcessThatEndsDoesNotWaitForever) {
  const proc::Notifier another = FromEnvironment();
  while (another.Watchdog().ok()) {
  }
  ServiceNotices notices(FromEnvironment());
  notices.MainPid(1234);
  notices.Finish();
  Received();
  notices.Finish();
  EXPECT_THAT(Received(), ElementsAre("MAINPID=1234"));
}

TEST_F(ServiceNoticesTest, SaysThatItIsAliveAsOftenAsTheManagerWants) {
  ::setenv("WATCHDOG_USEC", "20000", 1);
  ServiceNotices notices(FromEnvironment());
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(notices.deadline(), net::Deadline::After(absl::Milliseconds(20)));
    ::poll(nullptr, 0, notices.deadline().PollTimeout());
    notices.Advance();
    EXPECT_THAT(Received(), ElementsAre("WATCHDOG=1"));
  }
}

TEST_F(ServiceNoticesTest, WithoutAManagerThereIsNothingToDo) {
  ::unsetenv("NOTIFY_SOCKET");
  ServiceNotices notices(FromEnvironment());
  notices.MainPid(1234);
  notices.Advance();
  notices.Finish();
  EXPECT_EQ(notices.deadline(), net::Deadline::Infinite());
}

}  // namespace
}  // namespace forklift::http::server
