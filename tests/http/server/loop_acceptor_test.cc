#include "forklift/http/server/loop_acceptor.h"

#include <stddef.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/listener.h"
#include "forklift/net/pipe.h"
#include "forklift/net/poller.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/test_client.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

// A loop that accepts, and is told something in the very round in which clients come.
class LoopAcceptorTest : public testing::Test {
 protected:
  void Create(net::Wakes wakes) {
    absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    address_ = listener->local_address();
    auto acceptor = LoopAcceptor::Create(*loop_, *std::move(listener), /*batch=*/16, wakes,
                                         [this](net::Accepted) {
                                           ++accepted_;
                                           return AfterServe::kNext;
                                         });
    ASSERT_TRUE(acceptor.ok()) << acceptor.status();
    acceptor_ = *std::move(acceptor);
  }

  void RunOnce() { ASSERT_TRUE(loop_->RunOnce(net::Deadline::After(absl::ZeroDuration())).ok()); }

  // A round of two new clients, before whom `callback` is called.
  void RunWithClientsAfter(absl::FunctionRef<void()> callback) {
    absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kNonBlocking);
    ASSERT_TRUE(pipe.ok()) << pipe.status();
    ASSERT_EQ(::write(pipe->write_end.get(), "x", 1), 1);
    absl::StatusOr<net::Registration> registration =
        loop_->Watch(pipe->read_end.get(), net::Interest::kRead,
                     [&](net::Readiness) { callback(); }, {.urgent = true});
    ASSERT_TRUE(registration.ok()) << registration.status();
    const net::UniqueFd first = tests::Connect(address_);
    const net::UniqueFd second = tests::Connect(address_);
    RunOnce();
  }

  const std::unique_ptr<net::EventLoop> loop_ = *net::EventLoop::Create();
  net::Address address_ = net::Address::Ipv4Loopback(0);
  std::unique_ptr<LoopAcceptor> acceptor_;
  size_t accepted_ = 0;
};

// The first is who the loop was woken for; the second has woken another, if there is one.
TEST_F(LoopAcceptorTest, LeavesNobodyWhomNobodyElseKnowsOf) {
  Create(net::Wakes::kOne);
  RunWithClientsAfter([&] { acceptor_->Leave(); });
  EXPECT_EQ(accepted_, 1u);
  EXPECT_TRUE(acceptor_->closed());
}

TEST_F(LoopAcceptorTest, LeavesAllToOthersThatKnowOfThem) {
  Create(net::Wakes::kAll);
  RunWithClientsAfter([&] { acceptor_->Leave(); });
  EXPECT_EQ(accepted_, 0u);
  EXPECT_TRUE(acceptor_->closed());
}

TEST_F(LoopAcceptorTest, LeavesAllToOthersWhereItWasNotAccepting) {
  Create(net::Wakes::kOne);
  acceptor_->SetAccepting(false);
  RunOnce();
  RunWithClientsAfter([&] { acceptor_->Leave(); });
  EXPECT_EQ(accepted_, 0u);
}

TEST_F(LoopAcceptorTest, StopsAcceptingAfterTheRound) {
  Create(net::Wakes::kOne);
  RunWithClientsAfter([&] { acceptor_->SetAccepting(false); });
  EXPECT_EQ(accepted_, 1u);
  RunOnce();
  EXPECT_EQ(accepted_, 1u);
  acceptor_->SetAccepting(true);
  RunOnce();
  EXPECT_EQ(accepted_, 2u);
}

TEST_F(LoopAcceptorTest, GoesOnWhereItIsToldBothInARound) {
  Create(net::Wakes::kOne);
  RunWithClientsAfter([&] {
    acceptor_->SetAccepting(false);
    acceptor_->SetAccepting(true);
  });
  EXPECT_EQ(accepted_, 2u);
  const net::UniqueFd third = tests::Connect(address_);
  RunOnce();
  EXPECT_EQ(accepted_, 3u);
}

TEST_F(LoopAcceptorTest, DrainsAsManyAsItIsTold) {
  Create(net::Wakes::kOne);
  RunWithClientsAfter([&] { acceptor_->Drain(16, net::Deadline::Infinite()); });
  EXPECT_EQ(accepted_, 2u);
  EXPECT_TRUE(acceptor_->closed());
}

}  // namespace
}  // namespace forklift::http::server
