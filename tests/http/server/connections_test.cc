#include "forklift/http/server/connections.h"

#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/handler_pool.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/io.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class ConnectionsTest : public ::testing::Test {
 protected:
  ConnectionsTest() : loop_(*net::EventLoop::Create()) { Create({}); }
  // The connections end before the loop.
  ~ConnectionsTest() override {
    pool_.reset();
    connections_.reset();
  }

  void Create(const ConnectionsOptions& options) {
    connections_.emplace(*loop_, ExchangeContext{{}, &handler_, &clock_}, clock_, options,
                         [this] { ++changes_; });
  }

  // The client's end of a new connection.
  net::UniqueFd Connect(std::string_view client = "192.0.2.1:1") {
    net::SocketPair pair =
        *net::CreateSocketPair(net::SocketPairType::kStream, net::BlockingMode::kNonBlocking);
    connections_->Add(std::move(pair.first), *net::Address::Parse(client));
    return std::move(pair.second);
  }

  // Runs the loop until `done`, or for too long.
  bool RunUntil(absl::FunctionRef<bool()> done) {
    const net::Deadline patience = net::Deadline::After(absl::Seconds(20));
    while (!done() && !patience.expired()) {
      EXPECT_TRUE(loop_->RunOnce(net::Deadline::After(absl::Milliseconds(10))).ok());
    }
    return done();
  }

  // Everything that `client` gets until it has what ends so, or its end.
  std::string Receive(const net::UniqueFd& client, std::string_view end) {
    std::string received;
    RunUntil([&] {
      if (received.ends_with(end) || received.ends_with("<end>")) return true;
      char buffer[4096];
      const net::IoResult got = net::TryReceive(client.get(), absl::MakeSpan(buffer));
      received.append(buffer, got.bytes);
      if (got.outcome == net::IoOutcome::kEnd) received += "<end>";
      return false;
    });
    return received;
  }

  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<ConnectionLimit> limit_ = *ConnectionLimit::Create(/*most=*/1, /*slots=*/1);
  WorkerClock clock_;
  FunctionHandler::Function answer_ = [](const Request&, Response& response) {
    response.content = "hi";
  };
  FunctionHandler handler_{
      [this](const Request& request, Response& response) { answer_(request, response); }};
  std::optional<Connections> connections_;
  std::unique_ptr<HandlerPool> pool_;
  int changes_ = 0;
};

TEST_F(ConnectionsTest, ServesOneRequestAfterTheOther) {
  const net::UniqueFd client = Connect();
  for (uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(tests::Send(client, kGet));
    EXPECT_THAT(Receive(client, "hi"), EndsWith("\r\n\r\nhi"));
    EXPECT_TRUE(RunUntil([&] { return connections_->requests() == i; }));
  }
  EXPECT_EQ(connections_->size(), 1u);
  EXPECT_GE(changes_, 3);
}

TEST_F(ConnectionsTest, ARequestThatHasComeIsAnsweredAtOnce) {
  net::SocketPair pair =
      *net::CreateSocketPair(net::SocketPairType::kStream, net::BlockingMode::kNonBlocking);
  ASSERT_TRUE(tests::Send(pair.second, kGet));
  connections_->Add(std::move(pair.first), *net::Address::Parse("192.0.2.1:1"));
  char buffer[4096];
  const net::IoResult got = net::TryReceive(pair.second.get(), absl::MakeSpan(buffer));
  EXPECT_THAT(std::string(buffer, got.bytes), EndsWith("hi"));
}

TEST_F(ConnectionsTest, ASlowClientHoldsUpNobody) {
  const net::UniqueFd slow = Connect();
  ASSERT_TRUE(tests::Send(slow, "GET /"));
  const net::UniqueFd fast = Connect();
  ASSERT_TRUE(tests::Send(fast, kGet));
  EXPECT_THAT(Receive(fast, "hi"), EndsWith("hi"));
}

TEST_F(ConnectionsTest, ThreadsAnswerToo) {
  pool_ = *HandlerPool::Create(2, absl::InfiniteDuration());
  connections_->WorkIn(*pool_);
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(Connect());
    ASSERT_TRUE(tests::Send(clients.back(), std::string(kGet) + std::string(kGet)));
  }
  for (const net::UniqueFd& client : clients) {
    std::string both = Receive(client, "hi");
    if (both.size() < 150) both += Receive(client, "hi");
    EXPECT_THAT(both, ::testing::ContainsRegex("hiHTTP/1.1 200 OK"));
  }
}

TEST_F(ConnectionsTest, AClientThatLeavesWhileAThreadWorksIsForgotten) {
  pool_ = *HandlerPool::Create(1, absl::InfiniteDuration());
  connections_->WorkIn(*pool_);
  net::UniqueFd client = Connect();
  ASSERT_TRUE(tests::Send(client, kGet));
  client.reset();
  EXPECT_TRUE(RunUntil([&] { return connections_->size() == 0; }));
}

TEST_F(ConnectionsTest, BeyondTheLimitClientsAreTold503) {
  Create({.share = ConnectionShare(*limit_, 0)});
  const net::UniqueFd first = Connect();
  const net::UniqueFd second = Connect();
  EXPECT_THAT(Receive(second, "<end>"), StartsWith("HTTP/1.1 503 "));
  ASSERT_TRUE(tests::Send(first, kGet));
  EXPECT_THAT(Receive(first, "hi"), EndsWith("hi"));
}

TEST_F(ConnectionsTest, OneClientDoesNotTakeAll) {
  Create({.max_connections_per_client = 1});
  net::UniqueFd first = Connect("192.0.2.1:1");
  EXPECT_THAT(Receive(Connect("192.0.2.1:2"), "<end>"), StartsWith("HTTP/1.1 503 "));
  const net::UniqueFd other = Connect("192.0.2.2:1");
  ASSERT_TRUE(tests::Send(other, kGet));
  EXPECT_THAT(Receive(other, "hi"), EndsWith("hi"));
  first.reset();
  EXPECT_TRUE(RunUntil([&] { return connections_->size() <= 1; }));
  const net::UniqueFd again = Connect("192.0.2.1:3");
  ASSERT_TRUE(tests::Send(again, kGet));
  EXPECT_THAT(Receive(again, "hi"), EndsWith("hi"));
}

TEST_F(ConnectionsTest, ASilentClientIsClosedAndASlowOneTold) {
  Create({.timeouts = {.header = absl::Milliseconds(20)}});
  const net::UniqueFd silent = Connect();
  EXPECT_EQ(Receive(silent, "<end>"), "<end>");
  const net::UniqueFd slow = Connect();
  ASSERT_TRUE(tests::Send(slow, "GET /"));
  EXPECT_THAT(Receive(slow, "<end>"), StartsWith("HTTP/1.1 408 "));
}

// A loop that was held up finds them late.
TEST_F(ConnectionsTest, RequestsThatCameInTimeAreAnswered) {
  Create({.timeouts = {.header = absl::Milliseconds(20)}});
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 600; ++i) {
    clients.push_back(Connect());
    ASSERT_TRUE(tests::Send(clients.back(), kGet));
  }
  const net::Deadline too_late = net::Deadline::After(absl::Milliseconds(40));
  while (!too_late.expired()) {
  }
  for (const net::UniqueFd& client : clients) EXPECT_THAT(Receive(client, "hi"), EndsWith("hi"));
}

TEST_F(ConnectionsTest, SlowHandlersOfOneConnectionLeaveTheOthersTheirTurn) {
  std::vector<std::string> served;
  answer_ = [&](const Request& request, Response& response) {
    served.emplace_back(request.message.head.target);
    response.content = "hi";
    const net::Deadline slow = net::Deadline::After(absl::Milliseconds(15));
    while (!slow.expired()) {
    }
  };
  int alive = 0;
  Create({.alive = [&] { ++alive; }});
  const net::UniqueFd greedy = Connect();
  const net::UniqueFd other = Connect();
  std::string pipelined;
  for (int i = 0; i < 5; ++i) pipelined += "GET /greedy HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_TRUE(tests::Send(greedy, pipelined));
  ASSERT_TRUE(tests::Send(other, kGet));
  EXPECT_TRUE(RunUntil([&] { return served.size() == 6; }));
  EXPECT_NE(served.back(), "/");
  EXPECT_GE(alive, 5);
}

TEST_F(ConnectionsTest, AnIdleConnectionEndsAfterKeepAlive) {
  Create({.timeouts = {.keep_alive = absl::Milliseconds(20)}});
  const net::UniqueFd client = Connect();
  ASSERT_TRUE(tests::Send(client, kGet));
  EXPECT_THAT(Receive(client, "<end>"), EndsWith("hi<end>"));
  EXPECT_TRUE(RunUntil([&] { return connections_->size() == 0; }));
}

TEST_F(ConnectionsTest, FinishClosesIdleOnesAndAnswersWhatHasCome) {
  const net::UniqueFd idle = Connect();
  ASSERT_TRUE(tests::Send(idle, kGet));
  EXPECT_THAT(Receive(idle, "hi"), EndsWith("hi"));
  const net::UniqueFd unread = Connect();
  ASSERT_TRUE(tests::Send(unread, kGet));
  connections_->Finish();
  EXPECT_EQ(Receive(idle, "<end>"), "<end>");
  EXPECT_THAT(Receive(unread, "<end>"), ::testing::HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(RunUntil([&] { return connections_->size() == 0; }));
}

TEST_F(ConnectionsTest, OneThatIsAddedAfterFinishHasOneRequest) {
  connections_->Finish();
  const net::UniqueFd client = Connect();
  ASSERT_TRUE(tests::Send(client, kGet));
  EXPECT_THAT(Receive(client, "<end>"), ::testing::HasSubstr("Connection: close\r\n"));
  const net::UniqueFd silent = Connect();
  EXPECT_EQ(Receive(silent, "<end>"), "<end>");  // long before the timeout for a head
  EXPECT_EQ(connections_->size(), 0u);
}

TEST_F(ConnectionsTest, CloseDropsAll) {
  const net::UniqueFd client = Connect();
  ASSERT_TRUE(tests::Send(client, "GET /"));
  connections_->Close();
  EXPECT_EQ(connections_->size(), 0u);
  EXPECT_EQ(Receive(client, "<end>"), "<end>");
}

}  // namespace
}  // namespace forklift::http::server
