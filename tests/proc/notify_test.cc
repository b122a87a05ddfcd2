#include "forklift/proc/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <random>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using Variables = Notifier::Variables;

// What systemd would be: a datagram socket of this name.
net::UniqueFd Manager(std::string_view name) {
  net::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  ::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  const size_t size = offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '@' ? 0 : 1);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(size)),
            0)
      << ::strerror(errno);
  return socket;
}

// The next datagram; "<none>" where there is none.
std::string Received(const net::UniqueFd& manager) {
  char buffer[4096];
  const ssize_t count = ::recv(manager.get(), buffer, sizeof(buffer), 0);
  return count < 0 ? "<none>" : std::string(buffer, static_cast<size_t>(count));
}

// No other process of the machine has it: abstract names are shared where process ids need not be.
std::string UniqueName() {
  std::random_device random;
  return absl::StrCat("@forklift-notify-", random(), "-", random());
}

class NotifyTest : public testing::Test {
 protected:
  NotifyTest() : name_(UniqueName()) { Clear(); }
  ~NotifyTest() override { Clear(); }

  static void Clear() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }

  static Notifier FromEnvironment(Variables variables = Variables::kKeep) {
    absl::StatusOr<Notifier> notifier = Notifier::FromEnvironment(variables);
    EXPECT_TRUE(notifier.ok()) << notifier.status();
    return *std::move(notifier);
  }

  const std::string name_;
};

TEST_F(NotifyTest, WithoutAManagerEveryCallSucceedsAndDoesNothing) {
  for (const char* socket : {"", static_cast<const char*>(nullptr)}) {
    if (socket != nullptr) ::setenv("NOTIFY_SOCKET", socket, 1);
    const tests::Holdings before = tests::Holdings::Now();
    const Notifier notifier = FromEnvironment();
    EXPECT_FALSE(notifier.active());
    EXPECT_EQ(tests::Holdings::Now(), before);
    EXPECT_TRUE(notifier.Ready().ok());
    EXPECT_TRUE(notifier.Reloading().ok());
    EXPECT_TRUE(notifier.Stopping().ok());
    EXPECT_TRUE(notifier.Watchdog().ok());
    EXPECT_TRUE(notifier.MainPid(1).ok());
    EXPECT_TRUE(notifier.Status("well").ok());
    Clear();
  }
}

void ExpectAllMessages(const Notifier& notifier, const net::UniqueFd& manager) {
  EXPECT_TRUE(notifier.active());
  EXPECT_TRUE(notifier.Ready().ok());
  EXPECT_EQ(Received(manager), "READY=1");
  EXPECT_TRUE(notifier.Stopping().ok());
  EXPECT_EQ(Received(manager), "STOPPING=1");
  EXPECT_TRUE(notifier.Watchdog().ok());
  EXPECT_EQ(Received(manager), "WATCHDOG=1");
  EXPECT_TRUE(notifier.MainPid(4711).ok());
  EXPECT_EQ(Received(manager), "MAINPID=4711");
  EXPECT_TRUE(notifier.Status("4 workers, 12 requests").ok());
  EXPECT_EQ(Received(manager), "STATUS=4 workers, 12 requests");
  EXPECT_EQ(Received(manager), "<none>");
}

TEST_F(NotifyTest, AllMessagesToAnAbstractName) {
  const net::UniqueFd manager = Manager(name_);
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  ExpectAllMessages(FromEnvironment(), manager);
}

TEST_F(NotifyTest, AllMessagesToAPath) {
  // Not in the test's own folder, whose path may be too long for a socket.
  char folder[] = "/tmp/forklift-notify-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  const net::UniqueFd manager = Manager(path);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  ExpectAllMessages(FromEnvironment(), manager);
  EXPECT_EQ(::unlink(path.c_str()), 0);
  EXPECT_EQ(::rmdir(folder), 0);
}

TEST_F(NotifyTest, ReloadingTellsWhen) {
  const net::UniqueFd manager = Manager(name_);
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  const Notifier notifier = FromEnvironment();
  const int64_t before = absl::ToInt64Microseconds(MonotonicNow());
  EXPECT_TRUE(notifier.Reloading().ok());
  const int64_t after = absl::ToInt64Microseconds(MonotonicNow());
  const std::string message = Received(manager);
  int64_t when = 0;
  ASSERT_EQ(::sscanf(message.c_str(), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &when), 1) << message;
  EXPECT_GE(when, before);
  EXPECT_LE(when, after);
}

TEST_F(NotifyTest, AStatusCannotBringItsOwnAssignments) {
  const net::UniqueFd manager = Manager(name_);
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  const Notifier notifier = FromEnvironment();
  for (const std::string_view text : {std::string_view("x\nMAINPID=1"), std::string_view("\n"),
                                      std::string_view("x\r"), std::string_view("x\0y", 3)}) {
    EXPECT_EQ(notifier.Status(text).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(notifier.Status(std::string(1025, 'x')).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Received(manager), "<none>");
  EXPECT_TRUE(notifier.Status(std::string(1024, 'x')).ok());
  EXPECT_EQ(Received(manager), absl::StrCat("STATUS=", std::string(1024, 'x')));
}

TEST_F(NotifyTest, NamesThatAreNoneAreRefused) {
  const tests::Holdings before = tests::Holdings::Now();
  for (const std::string& name :
       {std::string("relative"), std::string("@"), std::string("/"), std::string("vsock:2:1"),
        "/" + std::string(107, 'x'), "@" + std::string(107, 'x')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    const absl::StatusOr<Notifier> notifier = Notifier::FromEnvironment(Variables::kKeep);
    EXPECT_EQ(notifier.status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_F(NotifyTest, TheLongestNamesWork) {
  std::string name = UniqueName();
  name.resize(107, 'x');
  const net::UniqueFd manager = Manager(name);
  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  EXPECT_TRUE(FromEnvironment().Ready().ok());
  EXPECT_EQ(Received(manager), "READY=1");
}

TEST_F(NotifyTest, TheVariablesStayOrGo) {
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "1000", 1);
  ::setenv("WATCHDOG_PID", absl::StrCat(::getpid()).c_str(), 1);
  FromEnvironment(Variables::kKeep);
  EXPECT_STREQ(::getenv("NOTIFY_SOCKET"), name_.c_str());
  const Notifier notifier = FromEnvironment(Variables::kUnset);
  EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(::getenv("WATCHDOG_USEC"), nullptr);
  EXPECT_EQ(::getenv("WATCHDOG_PID"), nullptr);
  EXPECT_TRUE(notifier.active());
  EXPECT_EQ(notifier.watchdog_timeout(), absl::Milliseconds(1));
}

TEST_F(NotifyTest, TheWatchdogIsForTheProcessThatItNames) {
  const std::string self = absl::StrCat(::getpid());
  const std::string other = absl::StrCat(::getpid() + 1);
  const struct {
    const char* microseconds;
    const char* pid;
    absl::Duration timeout;
  } kCases[] = {
      {"3000000", nullptr, absl::Seconds(3)},
      {"3000000", "", absl::Seconds(3)},
      {"3000000", self.c_str(), absl::Seconds(3)},
      {"3000000", other.c_str(), absl::InfiniteDuration()},
      {"3000000", "x", absl::InfiniteDuration()},
      {nullptr, nullptr, absl::InfiniteDuration()},
      {"", nullptr, absl::InfiniteDuration()},
      {"0", nullptr, absl::InfiniteDuration()},
      {"-1", nullptr, absl::InfiniteDuration()},
      {"3s", nullptr, absl::InfiniteDuration()},
      {"9223372036854775807", nullptr, absl::InfiniteDuration()},
      {"18446744073709551615", nullptr, absl::InfiniteDuration()},
      {"99999999999999999999", nullptr, absl::InfiniteDuration()},
  };
  for (const auto& c : kCases) {
    Clear();
    if (c.microseconds != nullptr) ::setenv("WATCHDOG_USEC", c.microseconds, 1);
    if (c.pid != nullptr) ::setenv("WATCHDOG_PID", c.pid, 1);
    EXPECT_EQ(FromEnvironment().watchdog_timeout(), c.timeout)
        << (c.microseconds == nullptr ? "(unset)" : c.microseconds);
  }
}

TEST_F(NotifyTest, AManagerThatDoesNotReadNeverBlocksTheService) {
  const net::UniqueFd manager = Manager(name_);
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  const Notifier notifier = FromEnvironment();
  absl::Status full;
  for (int i = 0; i < 100'000 && full.ok(); ++i) full = notifier.Watchdog();
  EXPECT_EQ(full.message(),
            "sendmsg WATCHDOG=1 to NOTIFY_SOCKET: Resource temporarily unavailable (EAGAIN)");
  EXPECT_EQ(Received(manager), "WATCHDOG=1");
  while (Received(manager) != "<none>") {
  }
  EXPECT_TRUE(notifier.Watchdog().ok());
}

TEST_F(NotifyTest, AManagerThatGoesIsAnErrorAndAManagerThatComesBackIsFound) {
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  const Notifier notifier = FromEnvironment();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(notifier.Ready().ok());
    const net::UniqueFd manager = Manager(name_);
    EXPECT_TRUE(notifier.Ready().ok());
    EXPECT_EQ(Received(manager), "READY=1");
  }
}

TEST_F(NotifyTest, NoDescriptorLeftIsAnErrorThatLeavesNothing) {
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const tests::Holdings before = tests::Holdings::Now();
  const int next = ::dup(STDERR_FILENO);  // the lowest number that is free
  ::close(next);
  const rlimit full = {.rlim_cur = static_cast<rlim_t>(next), .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
  const absl::StatusOr<Notifier> notifier = Notifier::FromEnvironment(Variables::kKeep);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(notifier.status().message(), "socket AF_UNIX: Too many open files (EMFILE)");
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_F(NotifyTest, TheSocketIsClosedOnExec) {
  ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  const tests::Holdings before = tests::Holdings::Now();
  const Notifier notifier = FromEnvironment();
  for (int fd : tests::Holdings::Now().descriptors) {
    if (!before.descriptors.contains(fd)) {
      EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC) << fd;
    }
  }
}

TEST_F(NotifyTest, MistakesOfTheCallerDie) {
  const Notifier notifier = FromEnvironment();
  EXPECT_DEATH((void)notifier.MainPid(0), "not the pid of one process");
}

}  // namespace
}  // namespace forklift::proc
