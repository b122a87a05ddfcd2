#include "forklift/net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::HasSubstr;

Listener ListenOnLoopback() {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  EXPECT_TRUE(listener.ok()) << listener.status();
  return *std::move(listener);
}

TEST(ListenerTest, AcceptsAConnectionWithItsPeer) {
  Listener listener = ListenOnLoopback();
  EXPECT_NE(listener.local_address().port(), 0);
  const UniqueFd client = tests::Connect(listener.local_address());

  const AcceptResult accepted = listener.TryAccept();
  ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted) << accepted.error;
  EXPECT_EQ(accepted.peer, *Address::Local(client.get()));
  EXPECT_EQ(*Address::Peer(client.get()), listener.local_address());
  const int fd = accepted.connection.get();
  EXPECT_EQ(::fcntl(fd, F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  ASSERT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_TRUE(no_delay);
}

TEST(ListenerTest, NeverBlocksWhenNobodyWaits) {
  Listener listener = ListenOnLoopback();
  const AcceptResult accepted = listener.TryAccept();
  EXPECT_EQ(accepted.outcome, AcceptOutcome::kNotReady);
  EXPECT_TRUE(accepted.error.ok());
  EXPECT_EQ(::fcntl(listener.fd(), F_GETFD), FD_CLOEXEC);
}

TEST(ListenerTest, ListensOnIpv6AndUnixSockets) {
  for (const std::string& text :
       {std::string("[::1]:0"), absl::StrCat("unix:@forklift-listener-test-", ::getpid())}) {
    absl::StatusOr<Listener> listener = Listener::Bind(*Address::Parse(text), {});
    if (text[0] == '[' && !listener.ok()) {
      GTEST_LOG_(WARNING) << "no IPv6 here: " << listener.status();
      continue;
    }
    ASSERT_TRUE(listener.ok()) << listener.status();
    const UniqueFd client = tests::Connect(listener->local_address());
    EXPECT_EQ(listener->TryAccept().outcome, AcceptOutcome::kAccepted) << text;
  }
}

TEST(ListenerTest, APortInUseIsAClearErrorAndLeavesNothing) {
  const Listener first = ListenOnLoopback();
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  const absl::Status status = Listener::Bind(first.local_address(), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("bind ", first.local_address(), ": ")));
  EXPECT_THAT(status.message(), HasSubstr("(EADDRINUSE)"));
  EXPECT_THAT(status.message(), HasSubstr("choose another port"));
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
}

TEST(ListenerTest, AnAddressOfAnotherMachineIsAClearError) {
  const absl::Status status = Listener::Bind(*Address::Parse("192.0.2.1:0"), {}).status();
  EXPECT_THAT(status.message(), HasSubstr("bind 192.0.2.1:0: "));
  EXPECT_THAT(status.message(), HasSubstr("no interface of this machine"));
}

TEST(ListenerTest, BindsAgainWhileOldConnectionsAreInTimeWait) {
  Address address = Address::Ipv4Loopback(0);
  {
    Listener listener = ListenOnLoopback();
    address = listener.local_address();
    const UniqueFd client = tests::Connect(address);
    AcceptResult accepted = listener.TryAccept();
    ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted);
    accepted.connection.reset();  // the server closes first, so TIME_WAIT stays on its port
    EXPECT_EQ(tests::ReceiveAll(client), "");
  }
  EXPECT_FALSE(Listener::Bind(address, {.reuse_address = false}).ok());
  EXPECT_TRUE(Listener::Bind(address, {}).ok());
}

TEST(ListenerTest, CutsABacklogAboveTheSystemsLimitAndWarns) {
  testing::internal::CaptureStderr();
  const absl::StatusOr<Listener> listener =
      Listener::Bind(Address::Ipv4Loopback(0), {.backlog = 1'000'000'000});
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("net.core.somaxconn"));
  ASSERT_TRUE(listener.ok());
  tcp_info info = {};
  socklen_t size = sizeof(info);
  ASSERT_EQ(::getsockopt(listener->fd(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  EXPECT_LT(info.tcpi_sacked, 1'000'000'000u) << "a listener's tcpi_sacked is its backlog";
  EXPECT_GT(info.tcpi_sacked, 0u);
}

TEST(ListenerTest, OutOfDescriptorsKeepsTheConnectionInTheQueue) {
  Listener listener = ListenOnLoopback();
  const UniqueFd client = tests::Connect(listener.local_address());
  std::optional<tests::DescriptorShortage> shortage(0);
  const AcceptResult refused = listener.TryAccept();
  shortage.reset();
  EXPECT_EQ(refused.outcome, AcceptOutcome::kOutOfDescriptors);
  EXPECT_EQ(refused.error.message(), absl::StrCat("accept4 on ", listener.local_address(),
                                                  ": Too many open files (EMFILE)"));
  EXPECT_EQ(listener.TryAccept().outcome, AcceptOutcome::kAccepted);
}

TEST(ListenerTest, Ipv6LeavesThePortOfIpv4ToAnotherUnlessAskedToTakeIt) {
  const absl::StatusOr<Listener> ipv6 = Listener::Bind(*Address::Parse("[::]:0"), {});
  if (!ipv6.ok()) GTEST_SKIP() << "no IPv6 here: " << ipv6.status();
  const Address same_port = Address::Ipv4Loopback(ipv6->local_address().port());
  EXPECT_TRUE(Listener::Bind(same_port, {}).ok());

  absl::StatusOr<Listener> both = Listener::Bind(*Address::Parse("[::]:0"), {.ipv6_only = false});
  ASSERT_TRUE(both.ok()) << both.status();
  const UniqueFd client = tests::Connect(Address::Ipv4Loopback(both->local_address().port()));
  EXPECT_EQ(both->TryAccept().outcome, AcceptOutcome::kAccepted);
}

TEST(ListenerTest, SharesAPortWhereAllSay) {
  const absl::StatusOr<Listener> first =
      Listener::Bind(Address::Ipv4Loopback(0), {.reuse_port = true});
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(Listener::Bind(first->local_address(), {.reuse_port = true}).ok());
  EXPECT_FALSE(Listener::Bind(first->local_address(), {}).ok());
}

TEST(ListenerTest, DefersAcceptUntilTheClientHasSent) {
  absl::StatusOr<Listener> listener =
      Listener::Bind(Address::Ipv4Loopback(0), {.defer_accept = absl::Seconds(30)});
  ASSERT_TRUE(listener.ok());
  const UniqueFd client = tests::Connect(listener->local_address());
  EXPECT_EQ(listener->TryAccept().outcome, AcceptOutcome::kNotReady);
  ASSERT_TRUE(tests::Send(client, "x"));
  EXPECT_TRUE(
      tests::Eventually([&] { return listener->TryAccept().outcome == AcceptOutcome::kAccepted; }));
}

// As it is told to where it is about to close: who is in the queue already stays there.
TEST(ListenerTest, IgnoresNewClients) {
  Listener listener = ListenOnLoopback();
  const UniqueFd first = tests::Connect(listener.local_address());
  const absl::Status ignores = listener.IgnoreNewClients();
  if (absl::IsPermissionDenied(ignores)) GTEST_SKIP() << ignores;
  ASSERT_TRUE(ignores.ok()) << ignores;
  EXPECT_FALSE(tests::AnswersNewClients(listener.local_address()));
  const AcceptResult accepted = listener.TryAccept();
  ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted);
  EXPECT_EQ(listener.TryAccept().outcome, AcceptOutcome::kNotReady);
  ASSERT_TRUE(tests::Send(first, "request"));
  ASSERT_TRUE(tests::Send(accepted.connection, "answer"));
  EXPECT_EQ(tests::ReceiveUntil(first, "answer"), "answer");
}

TEST(ListenerTest, IgnoresNobodyWhereOthersMayServeThem) {
  const Listener other = ListenOnLoopback();
  absl::StatusOr<Listener> listener =
      Listener::Adopt(UniqueFd(::fcntl(other.fd(), F_DUPFD_CLOEXEC, 0)));
  ASSERT_TRUE(listener.ok()) << listener.status();
  ASSERT_TRUE(listener->IgnoreNewClients().ok());
  const UniqueFd client = tests::Connect(other.local_address());
  EXPECT_EQ(listener->TryAccept().outcome, AcceptOutcome::kAccepted);
}

TEST(ListenerTest, IgnoresNewClientsWhereItHasTakenCharge) {
  Listener old = ListenOnLoopback();
  absl::StatusOr<Listener> next = Listener::Adopt(UniqueFd(::fcntl(old.fd(), F_DUPFD_CLOEXEC, 0)));
  ASSERT_TRUE(next.ok()) << next.status();
  old.GiveUpCharge();
  ASSERT_TRUE(old.IgnoreNewClients().ok());
  EXPECT_TRUE(tests::AnswersNewClients(next->local_address()));
  ASSERT_TRUE(next->TakeCharge().ok());
  const absl::Status ignores = next->IgnoreNewClients();
  if (absl::IsPermissionDenied(ignores)) GTEST_SKIP() << ignores;
  ASSERT_TRUE(ignores.ok()) << ignores;
  EXPECT_FALSE(tests::AnswersNewClients(next->local_address()));
}

TEST(ListenerTest, AdoptsASocketThatWasMadeElsewhere) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));  // blocking, and open across exec
  const Address loopback = Address::Ipv4Loopback(0);
  ASSERT_EQ(::bind(socket.get(), loopback.native(), loopback.native_size()), 0);
  ASSERT_EQ(::listen(socket.get(), 8), 0);
  absl::StatusOr<Listener> listener = Listener::Adopt(std::move(socket));
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_NE(listener->local_address().port(), 0);
  EXPECT_EQ(::fcntl(listener->fd(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(listener->TryAccept().outcome, AcceptOutcome::kNotReady) << "it does not block";
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  ASSERT_EQ(::getsockopt(listener->fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_TRUE(no_delay);
}

TEST(ListenerTest, AdoptsOnlyWhatListens) {
  const tests::Holdings before = tests::Holdings::Now();
  const absl::Status idle =
      Listener::Adopt(UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))).status();
  EXPECT_EQ(idle.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(idle.message(), HasSubstr("a socket that does not listen"));
  const absl::Status file =
      Listener::Adopt(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC))).status();
  EXPECT_EQ(file.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(file.message(), HasSubstr("ENOTSOCK"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(ListenerTest, AConnectionThatWasResetInTheQueueDoesNotHurt) {
  Listener listener = ListenOnLoopback();
  {
    const UniqueFd client = tests::Connect(listener.local_address());
    const linger reset = {.l_onoff = 1, .l_linger = 0};
    ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
  }
  const AcceptOutcome outcome =
      listener.TryAccept().outcome;  // Linux hands it out; others abort it
  EXPECT_TRUE(outcome == AcceptOutcome::kAccepted || outcome == AcceptOutcome::kAborted);
  const UniqueFd next = tests::Connect(listener.local_address());
  EXPECT_EQ(listener.TryAccept().outcome, AcceptOutcome::kAccepted);
}

TEST(ListenerTest, AcceptingOnAClosedListenerFails) {
  Listener listener = ListenOnLoopback();
  listener.Close();
  EXPECT_EQ(listener.fd(), -1);
  const AcceptResult accepted = listener.TryAccept();
  EXPECT_EQ(accepted.outcome, AcceptOutcome::kFailed);
  EXPECT_THAT(accepted.error.message(), HasSubstr("(EBADF)"));
}

// A Unix socket's file, in a folder of its own.
class UnixListenerTest : public testing::Test {
 protected:
  UnixListenerTest() {
    std::string pattern = absl::StrCat(testing::TempDir(), "/listener.XXXXXX");
    if (pattern.size() > 80) pattern = "/tmp/listener.XXXXXX";  // a socket's path is short
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/socket";
    address_ = *Address::Parse("unix:" + path_);
  }
  ~UnixListenerTest() override { std::filesystem::remove_all(folder_); }

  bool Exists() const { return std::filesystem::exists(std::filesystem::symlink_status(path_)); }

  std::string folder_;
  std::string path_;
  Address address_ = Address::Ipv4Loopback(0);
};

TEST_F(UnixListenerTest, RemovesTheFileThatItMade) {
  for (const bool close : {true, false}) {
    absl::StatusOr<Listener> listener = Listener::Bind(address_, {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    const UniqueFd client = tests::Connect(address_);
    EXPECT_EQ(listener->TryAccept().outcome, AcceptOutcome::kAccepted);
    Listener moved = *std::move(listener);
    EXPECT_TRUE(Exists());
    if (close) {
      moved.Close();
      EXPECT_FALSE(Exists());
    }
  }
  EXPECT_FALSE(Exists());
}

TEST_F(UnixListenerTest, RemovesNothingThatItDidNotMake) {
  std::ofstream(path_) << "precious";
  const absl::Status taken = Listener::Bind(address_, {}).status();
  EXPECT_THAT(taken.message(), HasSubstr("(EADDRINUSE); the path exists: remove it if"));
  EXPECT_TRUE(Exists());
  std::filesystem::remove(path_);

  absl::StatusOr<Listener> listener = Listener::Bind(address_, {});
  ASSERT_TRUE(listener.ok());
  std::filesystem::remove(path_);
  std::ofstream(path_) << "somebody else's";  // took the place meanwhile
  listener->Close();
  EXPECT_TRUE(Exists());
}

TEST_F(UnixListenerTest, AChildLeavesTheFileToItsParent) {
  absl::StatusOr<Listener> listener = Listener::Bind(address_, {});
  ASSERT_TRUE(listener.ok());
  const pid_t pid = ::fork();
  if (pid == 0) {
    listener->Close();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Exists());
}

TEST_F(UnixListenerTest, HandsTheFileOverToAnotherOwnerOfTheSocket) {
  absl::StatusOr<Listener> old = Listener::Bind(address_, {});
  ASSERT_TRUE(old.ok());
  absl::StatusOr<Listener> next = Listener::Adopt(UniqueFd(::dup(old->fd())));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_TRUE(old->in_charge());
  EXPECT_FALSE(next->in_charge());
  old->GiveUpCharge();
  EXPECT_FALSE(old->in_charge());
  old->Close();
  EXPECT_TRUE(Exists());
  ASSERT_TRUE(next->TakeCharge().ok());
  EXPECT_TRUE(next->in_charge());
  const UniqueFd client = tests::Connect(address_);
  EXPECT_EQ(next->TryAccept().outcome, AcceptOutcome::kAccepted);
  next->Close();
  EXPECT_FALSE(Exists());
}

TEST_F(UnixListenerTest, TakesOverNothingThatIsNoSocket) {
  absl::StatusOr<Listener> listener = Listener::Bind(address_, {});
  ASSERT_TRUE(listener.ok());
  std::filesystem::remove(path_);
  std::ofstream(path_) << "somebody else's";
  listener->GiveUpCharge();
  EXPECT_FALSE(listener->TakeCharge().ok());
  EXPECT_FALSE(listener->in_charge());
}

TEST_F(UnixListenerTest, TheModeIsWhatWasAskedWhateverTheUmask) {
  for (const mode_t umask : {mode_t{0}, mode_t{0077}, mode_t{0777}}) {
    for (const mode_t mode : {mode_t{0600}, mode_t{0660}, mode_t{0666}}) {
      const mode_t previous = ::umask(umask);
      const absl::StatusOr<Listener> listener = Listener::Bind(address_, {.unix_mode = mode});
      ::umask(previous);
      ASSERT_TRUE(listener.ok()) << listener.status();
      struct stat file;
      ASSERT_EQ(::stat(path_.c_str(), &file), 0);
      EXPECT_EQ(file.st_mode & 07777, mode);
    }
  }
}

TEST_F(UnixListenerTest, AFailureLeavesNeitherFileNorDescriptor) {
  const tests::Holdings before = tests::Holdings::Now();
  EXPECT_FALSE(Listener::Bind(*Address::Parse("unix:/no/such/folder/socket"), {}).ok());
  EXPECT_FALSE(Listener::Bind(*Address::Parse("192.0.2.1:0"), {}).ok());
  std::ofstream(path_) << "taken";
  EXPECT_FALSE(Listener::Bind(address_, {}).ok());
  EXPECT_EQ(tests::Holdings::Now(), before);
}

}  // namespace
}  // namespace forklift::net
