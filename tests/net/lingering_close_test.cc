#include "forklift/net/lingering_close.h"

#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/io.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/test_client.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

// A TCP connection: only there does a close with unread input reset.
class LingeringCloseTest : public testing::Test {
 protected:
  LingeringCloseTest() {
    absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
    EXPECT_TRUE(listener.ok()) << listener.status();
    client_ = tests::Connect(listener->local_address());
    AcceptResult accepted = listener->TryAccept();
    EXPECT_EQ(accepted.outcome, AcceptOutcome::kAccepted);
    server_ = std::move(accepted.connection);
  }

  UniqueFd client_;
  UniqueFd server_;
};

TEST_F(LingeringCloseTest, TheAnswerArrivesAlthoughThePeerIsStillSending) {
  ASSERT_TRUE(tests::Send(client_, std::string(1000, 'x')));
  ASSERT_TRUE(tests::Send(server_, "answer"));
  LingeringClose closing(std::move(server_), {});
  EXPECT_FALSE(closing.Advance());
  ASSERT_TRUE(tests::Send(client_, std::string(1000, 'y')));
  EXPECT_EQ(tests::ReceiveAll(client_), "answer");  // with its end, and no reset
  EXPECT_FALSE(closing.Advance()) << "the peer has not closed";
  client_.reset();
  EXPECT_TRUE(tests::Eventually([&] { return closing.Advance(); }));
}

TEST_F(LingeringCloseTest, APlainCloseWouldHaveReset) {
  ASSERT_TRUE(tests::Send(client_, "unread"));
  ASSERT_TRUE(tests::Eventually([&] {
    char byte;
    return ::recv(server_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }));
  server_.reset();
  EXPECT_EQ(tests::ReceiveAll(client_), "<reset>");
}

TEST_F(LingeringCloseTest, ARequestThatMeetsTheCloseOfAnIdleConnectionFindsItsEnd) {
  ASSERT_TRUE(tests::Send(client_, "request"));
  ASSERT_TRUE(tests::Eventually([&] {
    char byte;
    return ::recv(server_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }));
  CloseIdle(std::move(server_));
  tests::Send(client_, "more");
  EXPECT_EQ(tests::ReceiveAll(client_), "");
}

TEST_F(LingeringCloseTest, GivesUpAfterItsTime) {
  const LingerLimits limits = {.timeout = absl::Milliseconds(20)};
  LingeringClose closing(std::move(server_), limits);
  EXPECT_FALSE(closing.Advance());
  EXPECT_TRUE(tests::Eventually([&] { return closing.deadline().expired(); }));
  EXPECT_TRUE(closing.Advance());
}

TEST_F(LingeringCloseTest, GivesUpAfterItsBytes) {
  const LingerLimits limits = {.timeout = absl::InfiniteDuration(), .bytes = 10};
  LingeringClose closing(std::move(server_), limits);
  ASSERT_TRUE(tests::Send(client_, "123456789"));
  EXPECT_FALSE(closing.Advance());
  ASSERT_TRUE(tests::Send(client_, "0123456789"));
  EXPECT_TRUE(tests::Eventually([&] { return closing.Advance(); }));
}

TEST_F(LingeringCloseTest, AFastUploadDoesNotKeepALoop) {
  const std::string much(1 << 20, 'x');
  size_t sent = 0;
  for (IoResult more = TrySend(client_.get(), {much}); more.outcome == IoOutcome::kOk;
       more = TrySend(client_.get(), {much})) {
    sent += more.bytes;
  }
  ASSERT_GT(sent, size_t{300 * 1024}) << "less than one Advance takes";
  LingeringClose closing(std::move(server_), {});
  EXPECT_FALSE(closing.Advance());
  int left = 0;
  ASSERT_EQ(::ioctl(closing.fd(), FIONREAD, &left), 0);
  EXPECT_GT(left, 0) << "the rest waits for the next round";
}

TEST_F(LingeringCloseTest, TheBlockingFormEndsWithThePeerOrTheTime) {
  UniqueFd copy = *server_.Duplicate();
  LingerAndClose(std::move(server_), {.timeout = absl::Milliseconds(20)});
  EXPECT_EQ(tests::ReceiveAll(client_), "") << "the end was sent";
  client_.reset();
  LingerAndClose(std::move(copy), {.timeout = absl::InfiniteDuration()});
}

}  // namespace
}  // namespace forklift::net
