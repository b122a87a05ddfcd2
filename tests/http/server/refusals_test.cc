#include "forklift/http/server/refusals.h"

#include <poll.h>
#include <stddef.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

class RefusalsTest : public testing::Test {
 protected:
  RefusalsTest() : listener_(*net::Listener::Bind(net::Address::Ipv4Loopback(0), {})) {}

  net::UniqueFd ConnectAndRefuse() {
    net::UniqueFd client = tests::Connect(listener_.local_address());
    net::AcceptResult accepted = listener_.TryAccept();
    EXPECT_EQ(accepted.outcome, net::AcceptOutcome::kAccepted);
    refusals_.Add(std::move(accepted.connection));
    return client;
  }

  net::Listener listener_;
  Refusals refusals_;
};

TEST_F(RefusalsTest, TheAnswerArrivesAlthoughTheRequestComesLater) {
  net::UniqueFd client = ConnectAndRefuse();
  ASSERT_TRUE(tests::Send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  refusals_.Advance();
  const std::string answer = tests::ReceiveAll(client);
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, testing::HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("try again\n"));
  EXPECT_FALSE(refusals_.empty()) << "the client has not closed";

  std::vector<pollfd> entries;
  refusals_.AppendPollEntries(entries);
  ASSERT_EQ(entries.size(), 1u);
  client.reset();
  EXPECT_EQ(::poll(entries.data(), 1, refusals_.NextDeadline().PollTimeout()), 1);
  refusals_.Advance();
  EXPECT_TRUE(refusals_.empty());
  EXPECT_TRUE(refusals_.NextDeadline().infinite());
}

TEST_F(RefusalsTest, AClientThatStaysIsClosedWhenItsTimeIsUp) {
  const net::UniqueFd client = ConnectAndRefuse();
  const net::Deadline deadline = refusals_.NextDeadline();
  EXPECT_FALSE(deadline.infinite());
  EXPECT_TRUE(tests::Eventually([&] { return refusals_.Advance(), refusals_.empty(); }));
  EXPECT_TRUE(deadline.expired());
}

TEST_F(RefusalsTest, AClientThatHasLeftIsForgotten) {
  ConnectAndRefuse().reset();
  EXPECT_TRUE(tests::Eventually([&] { return refusals_.Advance(), refusals_.empty(); }));
}

TEST_F(RefusalsTest, TheirNumberIsBounded) {
  const size_t before = tests::OpenDescriptors(::getpid()).size();
  std::vector<net::UniqueFd> clients;
  for (size_t i = 0; i < Refusals::kMax + 10; ++i) clients.push_back(ConnectAndRefuse());
  EXPECT_EQ(tests::OpenDescriptors(::getpid()).size(), before + clients.size() + Refusals::kMax);
  refusals_.Clear();
  EXPECT_TRUE(refusals_.empty());
  EXPECT_EQ(tests::OpenDescriptors(::getpid()).size(), before + clients.size());
}

TEST_F(RefusalsTest, ADescriptorThatIsNeededIsFreeAtOnceAndTheAnswerArrives) {
  const net::UniqueFd client = tests::Connect(listener_.local_address());
  ASSERT_TRUE(tests::Send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  net::AcceptResult accepted = listener_.TryAccept();
  ASSERT_EQ(accepted.outcome, net::AcceptOutcome::kAccepted);
  const int fd = accepted.connection.get();
  Refusals::RefuseAtOnce(std::move(accepted.connection));
  EXPECT_FALSE(tests::OpenDescriptors(::getpid()).contains(fd));
  EXPECT_THAT(tests::ReceiveAll(client), testing::StartsWith("HTTP/1.1 503 "));
}

}  // namespace
}  // namespace forklift::http::server
