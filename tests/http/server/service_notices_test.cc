#include "forklift/http/server/service_notices.h"

#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <random>
#include <string>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/notify.h"
#include "forklift/tests/support/eventually.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using testing::ElementsAre;

// What systemd would be.
class ServiceNoticesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::random_device random;
    const std::string name = absl::StrCat("@forklift-notices-", random(), "-", random());
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    ::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
    manager_ = net::UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const size_t size = offsetof(sockaddr_un, sun_path) + name.size();
    PCHECK(::bind(manager_.get(), reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(size)) == 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
  }

  static proc::Notifier FromEnvironment() {
    return *proc::Notifier::FromEnvironment(proc::Notifier::Variables::kKeep);
  }

  // All that has arrived.
  std::vector<std::string> Received() {
    std::vector<std::string> all;
    char buffer[4096];
    for (ssize_t size; (size = ::recv(manager_.get(), buffer, sizeof(buffer), 0)) >= 0;) {
      all.emplace_back(buffer, static_cast<size_t>(size));
    }
    return all;
  }

  net::UniqueFd manager_;
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
