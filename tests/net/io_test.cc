#include "forklift/net/io.h"

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

const absl::Duration kLong = absl::Seconds(30);

struct SocketPair {
  UniqueFd left;
  UniqueFd right;
};

SocketPair Connected(int flags = 0) {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::string_view ReceiveInto(const UniqueFd& socket, absl::Span<char> buffer) {
  const IoResult got = Receive(socket.get(), buffer, Deadline::After(kLong));
  EXPECT_EQ(got.outcome, IoOutcome::kOk);
  return std::string_view(buffer.data(), got.bytes);
}

// The blocking mode of the socket makes no difference.
class IoTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(BlockingModes, IoTest, testing::Values(0, SOCK_NONBLOCK));

TEST_P(IoTest, GathersPartsInOrder) {
  const SocketPair pair = Connected(GetParam());
  const IoResult sent =
      SendAll(pair.left.get(), {"head", "", " and ", "body"}, Deadline::After(kLong));
  EXPECT_EQ(sent.outcome, IoOutcome::kOk);
  EXPECT_EQ(sent.bytes, 13u);
  char buffer[64];
  EXPECT_EQ(ReceiveInto(pair.right, absl::MakeSpan(buffer)), "head and body");
}

TEST_P(IoTest, NothingToSendIsDoneAtOnce) {
  const SocketPair pair = Connected(GetParam());
  EXPECT_EQ(SendAll(pair.left.get(), {}, Deadline::Infinite()).outcome, IoOutcome::kOk);
  EXPECT_EQ(SendAll(pair.left.get(), {"", ""}, Deadline::Infinite()).outcome, IoOutcome::kOk);
}

TEST_P(IoTest, TellsTheEnd) {
  SocketPair pair = Connected(GetParam());
  pair.left.reset();
  char buffer[8];
  EXPECT_EQ(Receive(pair.right.get(), absl::MakeSpan(buffer), Deadline::Infinite()).outcome,
            IoOutcome::kEnd);
}

TEST_P(IoTest, StopsAtTheDeadline) {
  const SocketPair pair = Connected(GetParam());
  char buffer[8];
  for (absl::Duration timeout : {absl::ZeroDuration(), absl::Milliseconds(20)}) {
    const Deadline deadline = Deadline::After(timeout);
    EXPECT_EQ(Receive(pair.right.get(), absl::MakeSpan(buffer), deadline).outcome,
              IoOutcome::kTimedOut);
    EXPECT_TRUE(deadline.expired());
  }
}

TEST_P(IoTest, CountsWhatWentOutBeforeTheDeadline) {
  const SocketPair pair = Connected(GetParam());
  const std::string much(8 << 20, 'x');
  const IoResult sent = SendAll(pair.left.get(), {much}, Deadline::After(absl::Milliseconds(20)));
  EXPECT_EQ(sent.outcome, IoOutcome::kTimedOut);
  EXPECT_GT(sent.bytes, 0u);
  EXPECT_LT(sent.bytes, much.size());
}

TEST_P(IoTest, APeerThatLeftRaisesNoSignal) {
  SocketPair pair = Connected(GetParam());
  pair.right.reset();
  EXPECT_EQ(SendAll(pair.left.get(), {"x"}, Deadline::Infinite()).outcome, IoOutcome::kPeerGone);
}

TEST_P(IoTest, BytesThatAreThereComeAfterTheDeadlineToo) {
  const SocketPair pair = Connected(GetParam());
  ASSERT_EQ(SendAll(pair.left.get(), {"here"}, Deadline::After(absl::ZeroDuration())).outcome,
            IoOutcome::kOk);
  char buffer[8];
  const IoResult got =
      Receive(pair.right.get(), absl::MakeSpan(buffer), Deadline::After(absl::ZeroDuration()));
  EXPECT_EQ(got.outcome, IoOutcome::kOk);
  EXPECT_EQ(got.bytes, 4u);
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
  EXPECT_THAT(sent.error.message(), testing::StartsWith("sendmsg "));
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
  const SocketPair pair = Connected();
  const int small = 4608;
  ASSERT_EQ(::setsockopt(pair.left.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
  std::vector<std::string> parts;
  std::string all;
  for (size_t i = 0; i < kMaxParts; ++i) {
    parts.emplace_back(i * 1733, static_cast<char>('a' + i));
    all += parts.back();
  }
  std::string received;
  received.reserve(all.size());  // the handler must not allocate
  drained_socket = pair.right.get();
  drained = &received;
  struct sigaction action = {};
  action.sa_handler = DrainSome;  // and no SA_RESTART
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGALRM, &action, &previous), 0);
  const itimerval often = {.it_interval = {0, 200}, .it_value = {0, 200}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);

  const std::vector<std::string_view> views(parts.begin(), parts.end());
  const IoResult sent = SendAll(pair.left.get(), views, Deadline::After(kLong));

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
  const SocketPair pair = Connected();
  EXPECT_DEATH((void)Receive(pair.left.get(), {}, Deadline::Infinite()), "empty buffer");
  const std::vector<std::string_view> many(kMaxParts + 1, "x");
  EXPECT_DEATH((void)SendAll(pair.left.get(), many, Deadline::Infinite()), "at most 16");
}

}  // namespace
}  // namespace forklift::net
