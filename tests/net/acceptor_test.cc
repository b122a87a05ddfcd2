#include "forklift/net/acceptor.h"

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::HasSubstr;
using tests::DescriptorShortage;

Listener ListenOnLoopback() {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  EXPECT_TRUE(listener.ok()) << listener.status();
  return *std::move(listener);
}

class AcceptorTest : public testing::Test {
 protected:
  std::vector<UniqueFd> Connect(size_t count) {
    std::vector<UniqueFd> clients;
    for (size_t i = 0; i < count; ++i)
      clients.push_back(tests::Connect(acceptor_.listener().local_address()));
    return clients;
  }

  // Keeps what it accepts, and turns away what it must with "busy".
  void Accept(AfterAccept after = AfterAccept::kNext) {
    const absl::Status status = acceptor_.Accept([&](Accepted accepted) {
      if (accepted.on_reserve) {
        ++turned_away_;
        EXPECT_EQ(::send(accepted.connection.get(), "busy", 4, MSG_NOSIGNAL), 4);
      } else {
        kept_.push_back(std::move(accepted.connection));
      }
      EXPECT_TRUE(accepted.peer.has_value());
      return after;
    });
    EXPECT_TRUE(status.ok()) << status;
  }

  Acceptor acceptor_{ListenOnLoopback(), {.batch = 8, .pause = absl::Minutes(10)}};
  std::vector<UniqueFd> kept_;
  int turned_away_ = 0;
};

TEST_F(AcceptorTest, TakesABatchAtATime) {
  const std::vector<UniqueFd> clients = Connect(10);
  Accept();
  EXPECT_EQ(kept_.size(), 8u);
  EXPECT_FALSE(acceptor_.drained());
  Accept();
  EXPECT_EQ(kept_.size(), 10u);
  EXPECT_TRUE(acceptor_.drained());
  EXPECT_FALSE(acceptor_.paused());
  EXPECT_TRUE(acceptor_.deadline().infinite());
}

TEST_F(AcceptorTest, TheCallerMayEndABatch) {
  const std::vector<UniqueFd> clients = Connect(3);
  Accept(AfterAccept::kEndBatch);
  EXPECT_EQ(kept_.size(), 1u);
  EXPECT_FALSE(acceptor_.drained());
}

TEST_F(AcceptorTest, APauseLeavesTheListenerAlone) {
  const std::vector<UniqueFd> clients = Connect(1);
  acceptor_.Pause();
  EXPECT_EQ(acceptor_.fd(), -1);
  EXPECT_FALSE(acceptor_.deadline().infinite());
  Accept();
  EXPECT_TRUE(kept_.empty());
  acceptor_.Resume();
  EXPECT_EQ(acceptor_.fd(), acceptor_.listener().fd());
  Accept();
  EXPECT_EQ(kept_.size(), 1u);
}

TEST_F(AcceptorTest, APauseEnds) {
  Acceptor acceptor(ListenOnLoopback(), {.pause = absl::Milliseconds(1)});
  acceptor.Pause();
  EXPECT_TRUE(tests::Eventually([&] {
    return acceptor.Accept([](Accepted) { return AfterAccept::kNext; }).ok() && !acceptor.paused();
  }));
  EXPECT_EQ(acceptor.fd(), acceptor.listener().fd());
  EXPECT_TRUE(acceptor.deadline().infinite());
}

TEST_F(AcceptorTest, WithoutADescriptorItTellsClientsAndPauses) {
  const std::vector<UniqueFd> clients = Connect(20);
  testing::internal::CaptureStderr();
  std::optional<DescriptorShortage> shortage(3);
  Accept();
  EXPECT_EQ(kept_.size(), 3u) << "what there was";
  EXPECT_EQ(turned_away_, 8) << "a batch";
  EXPECT_TRUE(acceptor_.paused());
  EXPECT_EQ(acceptor_.fd(), -1);
  Accept();
  EXPECT_EQ(turned_away_, 8) << "nothing more during the pause";

  acceptor_.Resume();
  Accept();
  EXPECT_EQ(turned_away_, 16) << "the reserve is there again";
  shortage.reset();
  acceptor_.Resume();
  Accept();
  EXPECT_EQ(kept_.size(), 4u);
  EXPECT_TRUE(acceptor_.drained());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log,
              HasSubstr("Too many open files (EMFILE); accepting with the reserve, then pausing"));

  // In the order in which they came: three were kept, sixteen told, the last kept.
  for (size_t i = 3; i < 19; ++i) EXPECT_EQ(tests::ReceiveAll(clients[i]), "busy") << i;
  kept_.clear();
  EXPECT_EQ(tests::ReceiveAll(clients[0]), "");
  EXPECT_EQ(tests::ReceiveAll(clients[19]), "");
}

TEST_F(AcceptorTest, AReserveThatWasLostIsTakenAgain) {
  const std::vector<UniqueFd> clients = Connect(3);
  std::optional<DescriptorShortage> shortage(0);
  // The caller does not close what it is given, so that the reserve cannot come back.
  UniqueFd held;
  ASSERT_TRUE(acceptor_
                  .Accept([&](Accepted accepted) {
                    EXPECT_TRUE(accepted.on_reserve);
                    held = std::move(accepted.connection);
                    return AfterAccept::kNext;
                  })
                  .ok());
  EXPECT_TRUE(held.valid());
  acceptor_.Resume();
  Accept();
  EXPECT_EQ(turned_away_, 0) << "nothing to accept with";
  EXPECT_TRUE(acceptor_.paused());
  held.reset();
  acceptor_.Resume();
  Accept();
  EXPECT_EQ(turned_away_, 2);
}

// The loop of a program that is short of descriptors waits, and does not spin.
TEST_F(AcceptorTest, APollLoopSleepsThroughAShortage) {
  Acceptor acceptor(ListenOnLoopback(), {.batch = 1, .pause = absl::Milliseconds(20)});
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 100; ++i)
    clients.push_back(tests::Connect(acceptor.listener().local_address()));
  const DescriptorShortage shortage(0);
  const Deadline end = Deadline::After(absl::Milliseconds(200));
  int rounds = 0;
  for (; !end.expired(); ++rounds) {
    pollfd entry = {.fd = acceptor.fd(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, std::min(end, acceptor.deadline()).PollTimeout());
    ASSERT_TRUE(acceptor.Accept([](Accepted) { return AfterAccept::kNext; }).ok());
  }
  EXPECT_LE(rounds, 25) << "two for each pause, or fewer";
}

// The kernel looks for a descriptor before it looks at the queue.
TEST_F(AcceptorTest, WithoutADescriptorAnEmptyQueueIsNoReasonToPause) {
  const DescriptorShortage shortage(0);
  Accept();
  EXPECT_FALSE(acceptor_.paused());
  EXPECT_TRUE(acceptor_.drained());
}

TEST_F(AcceptorTest, ClosedDuringAPauseItHasNoDeadline) {
  acceptor_.Pause();
  acceptor_.Close();
  EXPECT_TRUE(acceptor_.deadline().infinite());
}

TEST_F(AcceptorTest, ClosesFromItsCallback) {
  const std::vector<UniqueFd> clients = Connect(3);
  const absl::Status status = acceptor_.Accept([&](Accepted) {
    acceptor_.Close();
    return AfterAccept::kNext;
  });
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(acceptor_.closed());
  EXPECT_EQ(acceptor_.fd(), -1);
}

TEST_F(AcceptorTest, CloseLeavesNothing) {
  const tests::Holdings before = tests::Holdings::Now();
  Acceptor acceptor(ListenOnLoopback(), {});
  EXPECT_NE(tests::Holdings::Now(), before);
  acceptor.Close();
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_F(AcceptorTest, AListenerThatCannotAcceptIsAnError) {
  ::shutdown(acceptor_.listener().fd(), SHUT_RD);  // behind its back
  const absl::Status status = acceptor_.Accept([](Accepted) { return AfterAccept::kNext; });
  EXPECT_THAT(status.message(), HasSubstr("(EINVAL)"));
}

}  // namespace
}  // namespace forklift::net
