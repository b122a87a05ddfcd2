#include "forklift/net/io.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

const absl::Duration kLong = absl::Seconds(30);

SocketPair Connected(BlockingMode mode) {
  absl::StatusOr<SocketPair> pair = CreateSocketPair(SocketPairType::kStream, mode);
  EXPECT_TRUE(pair.ok()) << pair.status();
  return *std::move(pair);
}

std::string_view ReceiveInto(const UniqueFd& socket, absl::Span<char> buffer) {
  const IoResult got = Receive(socket.get(), buffer, Deadline::After(kLong));
  EXPECT_EQ(got.outcome, IoOutcome::kOk);
  return std::string_view(buffer.data(), got.bytes);
}

// The blocking mode of the socket makes no difference.
class IoTest : public testing::TestWithParam<BlockingMode> {};
INSTANTIATE_TEST_SUITE_P(BlockingModes, IoTest,
                         testing::Values(BlockingMode::kBlocking, BlockingMode::kNonBlocking));

TEST_P(IoTest, GathersPartsInOrder) {
  const SocketPair pair = Connected(GetParam());
  const IoResult sent =
      SendAll(pair.first.get(), {"head", "", " and ", "body"}, Deadline::After(kLong));
  EXPECT_EQ(sent.outcome, IoOutcome::kOk);
  EXPECT_EQ(sent.bytes, 13u);
  char buffer[64];
  EXPECT_EQ(ReceiveInto(pair.second, absl::MakeSpan(buffer)), "head and body");
}

TEST_P(IoTest, NothingToSendIsDoneAtOnce) {
  const SocketPair pair = Connected(GetParam());
  EXPECT_EQ(SendAll(pair.first.get(), {}, Deadline::Infinite()).outcome, IoOutcome::kOk);
  EXPECT_EQ(SendAll(pair.first.get(), {"", ""}, Deadline::Infinite()).outcome, IoOutcome::kOk);
}

TEST_P(IoTest, TellsTheEnd) {
  SocketPair pair = Connected(GetParam());
  pair.first.reset();
  char buffer[8];
  EXPECT_EQ(Receive(pair.second.get(), absl::MakeSpan(buffer), Deadline::Infinite()).outcome,
            IoOutcome::kEnd);
}

TEST_P(IoTest, StopsAtTheDeadline) {
  const SocketPair pair = Connected(GetParam());
  char buffer[8];
  for (absl::Duration timeout : {absl::ZeroDuration(), absl::Milliseconds(20)}) {
    const Deadline deadline = Deadline::After(timeout);
    EXPECT_EQ(Receive(pair.second.get(), absl::MakeSpan(buffer), deadline).outcome,
              IoOutcome::kTimedOut);
    EXPECT_TRUE(deadline.expired());
  }
}

TEST_P(IoTest, CountsWhatWentOutBeforeTheDeadline) {
  const SocketPair pair = Connected(GetParam());
  const std::string much(8 << 20, 'x');
  const IoResult sent = SendAll(pair.first.get(), {much}, Deadline::After(absl::Milliseconds(20)));
  EXPECT_EQ(sent.outcome, IoOutcome::kTimedOut);
  EXPECT_GT(sent.bytes, 0u);
  EXPECT_LT(sent.bytes, much.size());
}

TEST_P(IoTest, APeerThatLeftRaisesNoSignal) {
  SocketPair pair = Connected(GetParam());
  pair.second.reset();
  EXPECT_EQ(SendAll(pair.first.get(), {"x"}, Deadline::Infinite()).outcome, IoOutcome::kPeerGone);
}

TEST_P(IoTest, BytesThatAreThereComeAfterTheDeadlineToo) {
  const SocketPair pair = Connected(GetParam());
  ASSERT_EQ(SendAll(pair.first.get(), {"here"}, Deadline::After(absl::ZeroDuration())).outcome,
            IoOutcome::kOk);
  char buffer[8];
  const IoResult got =
      Receive(pair.second.get(), absl::MakeSpan(buffer), Deadline::After(absl::ZeroDuration()));
  EXPECT_EQ(got.outcome, IoOutcome::kOk);
  EXPECT_EQ(got.bytes, 4u);
}

TEST_P(IoTest, TheTryFunctionsNeverWait) {
  const SocketPair pair = Connected(GetParam());
  char buffer[8];
  EXPECT_EQ(TryReceive(pair.second.get(), absl::MakeSpan(buffer)).outcome, IoOutcome::kNotReady);
  const std::string much(8 << 20, 'x');
  const IoResult sent = TrySend(pair.first.get(), {"head", much});
  EXPECT_EQ(sent.outcome, IoOutcome::kOk);
  EXPECT_GT(sent.bytes, 4u);
  EXPECT_LT(sent.bytes, much.size()) << "what fits";
  IoResult more = TrySend(pair.first.get(), {much});
  while (more.outcome == IoOutcome::kOk) more = TrySend(pair.first.get(), {much});
  EXPECT_EQ(more.outcome, IoOutcome::kNotReady);
  EXPECT_EQ(more.bytes, 0u);
  const IoResult got = TryReceive(pair.second.get(), absl::MakeSpan(buffer));
  EXPECT_EQ(got.outcome, IoOutcome::kOk);
  EXPECT_EQ(std::string_view(buffer, got.bytes), "headxxxx");
}

TEST(IoMoreTest, WhatIsMarkedAsMoreLeavesWithTheRest) {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok());
  const UniqueFd client = tests::Connect(listener->local_address());
  const AcceptResult accepted = listener->TryAccept();
  ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted);
  const int server = accepted.connection.get();
  ASSERT_EQ(TrySend(server, {"head"}, MoreToCome::kYes).bytes, 4u);
  char buffer[16];
  EXPECT_EQ(TryReceive(client.get(), absl::MakeSpan(buffer)).outcome, IoOutcome::kNotReady);
  ASSERT_EQ(TrySend(server, {"body"}).bytes, 4u);
  EXPECT_EQ(ReceiveInto(client, absl::MakeSpan(buffer)), "headbody");
}

class SendFileTest : public testing::Test {
 protected:
  SendFileTest() : file_(::memfd_create("file", MFD_CLOEXEC)) {
    for (int i = 0; content_.size() < 3'000'000; ++i) absl::StrAppend(&content_, i, " ");
    EXPECT_EQ(::write(file_.get(), content_.data(), content_.size()),
              static_cast<ssize_t>(content_.size()));
  }

  UniqueFd file_;
  std::string content_;
  SocketPair pair_ = Connected(BlockingMode::kNonBlocking);
};

TEST_F(SendFileTest, SendsARangeOfAFile) {
  ASSERT_EQ(SendFileAll(pair_.first.get(), file_.get(), 1'000, 50, Deadline::After(kLong)).outcome,
            IoOutcome::kOk);
  char buffer[100];
  EXPECT_EQ(ReceiveInto(pair_.second, absl::MakeSpan(buffer)), content_.substr(1'000, 50));
  EXPECT_EQ(::lseek(file_.get(), 0, SEEK_CUR), static_cast<off_t>(content_.size()))
      << "the file's position is its owner's";
}

TEST_F(SendFileTest, SendsMoreThanFitsToAReaderThatIsSlower) {
  std::string received;
  std::thread reader([&] { received = tests::ReceiveAll(pair_.second); });
  const IoResult sent =
      SendFileAll(pair_.first.get(), file_.get(), 0, content_.size(), Deadline::After(kLong));
  pair_.first.reset();
  reader.join();
  EXPECT_EQ(sent.outcome, IoOutcome::kOk);
  EXPECT_EQ(sent.bytes, content_.size());
  EXPECT_TRUE(received == content_);
}

TEST_F(SendFileTest, TriesWithoutWaiting) {
  IoResult sent = {IoOutcome::kOk, 0, absl::OkStatus()};
  size_t total = 0;
  while (sent.outcome == IoOutcome::kOk) {
    sent = TrySendFile(pair_.first.get(), file_.get(), static_cast<off_t>(total),
                       content_.size() - total);
    total += sent.bytes;
  }
  EXPECT_EQ(sent.outcome, IoOutcome::kNotReady);
  EXPECT_GT(total, 0u);
  EXPECT_LT(total, content_.size());
}

TEST_F(SendFileTest, AFileThatWasTruncatedMeanwhileEndsEarly) {
  ASSERT_EQ(::ftruncate(file_.get(), 40), 0);
  const IoResult sent =
      SendFileAll(pair_.first.get(), file_.get(), 10, 100, Deadline::After(kLong));
  EXPECT_EQ(sent.outcome, IoOutcome::kEnd);
  EXPECT_EQ(sent.bytes, 30u);
}

TEST_F(SendFileTest, APeerThatLeftRaisesNoSignal) {
  pair_.second.reset();
  EXPECT_EQ(TrySendFile(pair_.first.get(), file_.get(), 0, 10).outcome, IoOutcome::kPeerGone);
}

TEST(IoErrorTest, WhatIsNoSocketFailsWithTheCallsName) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd read_end(ends[0]), write_end(ends[1]);
  char buffer[8];
  const IoResult got = Receive(read_end.get(), absl::MakeSpan(buffer), Deadline::Infinite());
  EXPECT_EQ(got.outcome, IoOutcome::kFailed);
  EXPECT_THAT(got.error.message(), testing::StartsWith("recv "));
  EXPECT_THAT(got.error.message(), testing::HasSubstr("(ENOTSOCK)"));
  const IoResult sent = SendAll(write_end.get(), {"x"}, Deadline::Infinite());
  EXPECT_EQ(sent.outcome, IoOutcome::kFailed);
  EXPECT_THAT(sent.error.message(), testing::StartsWith("send "));
  const IoResult parts = SendAll(write_end.get(), {"x", "y"}, Deadline::Infinite());
  EXPECT_EQ(parts.outcome, IoOutcome::kFailed);
  EXPECT_THAT(parts.error.message(), testing::StartsWith("sendmsg "));
}

// Reads a bit more at each signal of a timer, so that the sender is interrupted and makes short
// writes.
int drained_socket = -1;
std::string* drained = nullptr;
void DrainSome(int) {
  char buffer[3001];
  const ssize_t count = ::recv(drained_socket, buffer, sizeof(buffer), MSG_DONTWAIT);
  if (count > 0) drained->append(buffer, static_cast<size_t>(count));
}

TEST(IoErrorTest, ShortWritesAndInterruptionsLoseNothing) {
  const SocketPair pair = Connected(BlockingMode::kBlocking);
  const int small = 4608;
  ASSERT_EQ(::setsockopt(pair.first.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
  std::vector<std::string> parts;
  std::string all;
  for (size_t i = 0; i < kMaxParts; ++i) {
    parts.emplace_back(i * 1733, static_cast<char>('a' + i));
    all += parts.back();
  }
  std::string received;
  received.reserve(all.size());  // the handler must not allocate
  drained_socket = pair.second.get();
  drained = &received;
  struct sigaction action = {};
  action.sa_handler = DrainSome;  // and no SA_RESTART
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGALRM, &action, &previous), 0);
  const itimerval often = {.it_interval = {0, 200}, .it_value = {0, 200}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);

  const std::vector<std::string_view> views(parts.begin(), parts.end());
  const IoResult sent = SendAll(pair.first.get(), views, Deadline::After(kLong));

  const itimerval off = {};
  ::setitimer(ITIMER_REAL, &off, nullptr);
  ::sigaction(SIGALRM, &previous, nullptr);
  EXPECT_EQ(sent.outcome, IoOutcome::kOk);
  EXPECT_EQ(sent.bytes, all.size());
  while (received.size() < all.size()) {
    const size_t before = received.size();
    DrainSome(SIGALRM);
    ASSERT_GT(received.size(), before);
  }
  EXPECT_EQ(received, all);
}

TEST(IoDeathTest, MistakesOfTheCallerDie) {
  const SocketPair pair = Connected(BlockingMode::kBlocking);
  EXPECT_DEATH((void)Receive(pair.first.get(), {}, Deadline::Infinite()), "empty buffer");
  const std::vector<std::string_view> many(kMaxParts + 1, "x");
  EXPECT_DEATH((void)SendAll(pair.first.get(), many, Deadline::Infinite()), "at most 16");
}

}  // namespace
}  // namespace forklift::net
