#include "forklift/http/server/serve_connection.h"

#include <signal.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class ServeConnectionTest : public ::testing::Test {
 protected:
  ServeConnectionTest()
      : pair_(*net::CreateSocketPair(net::SocketPairType::kStream,
                                     net::BlockingMode::kNonBlocking)) {}

  // Serves the connection to its end.
  void Serve(const ServeOptions& options) {
    ServeConnection(std::move(pair_.first), net::Address::Ipv4Loopback(1), exchange_, clock_,
                    options, [this] { ++waits_; });
  }
  const net::UniqueFd& client() const { return pair_.second; }

  net::SocketPair pair_;
  WorkerClock clock_;
  FunctionHandler handler_{[](const Request&, Response& response) { response.content = "hi"; }};
  Exchange exchange_{{.limits = {}, .handler = &handler_, .clock = &clock_}};
  int waits_ = 0;
};

TEST_F(ServeConnectionTest, ServesUntilTheClientLeaves) {
  ASSERT_TRUE(tests::Send(client(), std::string(kGet) + std::string(kGet)));
  tests::CloseSending(client());
  Serve({});
  EXPECT_THAT(tests::ReceiveAll(client()), EndsWith("hi"));
  EXPECT_EQ(exchange_.requests(), 2u);
}

TEST_F(ServeConnectionTest, NoClientStaysForEver) {
  ASSERT_TRUE(tests::Send(client(), "GET /"));
  Serve({.timeouts = {.header = absl::Milliseconds(20),
                      .linger = {.timeout = absl::Milliseconds(20)}}});
  EXPECT_THAT(tests::ReceiveAll(client()), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServeConnectionTest, OneThatComesDuringAStopHearsThatItsFirstResponseIsTheLast) {
  net::Pipe stop = *net::CreatePipe(net::BlockingMode::kNonBlocking);
  ASSERT_TRUE(tests::Send(client(), kGet));
  stop.write_end.reset();
  const net::Deadline soon = net::Deadline::After(absl::Seconds(10));
  Serve({.timeouts = {.linger = {.timeout = absl::Hours(1)}},
         .stop_fd = stop.read_end.get(),
         .others_wait = true});
  EXPECT_FALSE(soon.expired());
  EXPECT_THAT(tests::ReceiveAll(client()),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("hi")));
}

TEST_F(ServeConnectionTest, AStopEndsAnIdleConnection) {
  net::Pipe stop = *net::CreatePipe(net::BlockingMode::kNonBlocking);
  FunctionHandler stops([&](const Request&, Response& response) {
    response.content = "hi";
    stop.write_end.reset();
  });
  Exchange exchange({.limits = {}, .handler = &stops, .clock = &clock_});
  ASSERT_TRUE(tests::Send(client(), kGet));
  const net::Deadline soon = net::Deadline::After(absl::Seconds(10));
  ServeConnection(std::move(pair_.first), net::Address::Ipv4Loopback(1), exchange, clock_,
                  {.timeouts = {.keep_alive = absl::Hours(1)}, .stop_fd = stop.read_end.get()},
                  [] {});
  EXPECT_FALSE(soon.expired());
  EXPECT_THAT(tests::ReceiveAll(client()), EndsWith("hi"));
}

TEST_F(ServeConnectionTest, SaysThatItIsAliveWhileItWaits) {
  Serve({.timeouts = {.header = absl::Milliseconds(50)}, .beat_interval = absl::Milliseconds(5)});
  EXPECT_GE(waits_, 2);
}

TEST_F(ServeConnectionTest, AHandlerThatHangsIsKilled) {
  FunctionHandler hangs([](const Request&, Response&) {
    while (true) std::this_thread::yield();
  });
  Exchange exchange({.limits = {}, .handler = &hangs, .clock = &clock_});
  ASSERT_TRUE(tests::Send(client(), kGet));
  EXPECT_EXIT(
      ServeConnection(std::move(pair_.first), net::Address::Ipv4Loopback(1), exchange, clock_,
                      {.timeouts = {.request = absl::Milliseconds(20)}, .kill_slow_handler = true},
                      [] {}),
      ::testing::KilledBySignal(SIGALRM), "");
}

TEST_F(ServeConnectionTest, SaysThatItIsAliveWhileItLingers) {
  ASSERT_TRUE(tests::Send(client(), "no request\r\n\r\n"));
  Serve({.timeouts = {.linger = {.timeout = absl::Milliseconds(50)}},
         .beat_interval = absl::Milliseconds(5)});
  EXPECT_GE(waits_, 2);
}

class HangingConsumer final : public BodyConsumer {
 public:
  bool Consume(std::string_view) override {
    while (true) std::this_thread::yield();
  }
  void Finish(const Request&, Response&) override {}
};

class HangingConsumerHandler final : public Handler {
 public:
  void Handle(const Request&, Response&) override {}
  std::unique_ptr<BodyConsumer> ConsumeBody(const Request&) override {
    return std::make_unique<HangingConsumer>();
  }
};

TEST_F(ServeConnectionTest, AConsumerThatHangsIsKilled) {
  HangingConsumerHandler hangs;
  Exchange exchange({.limits = {}, .handler = &hangs, .clock = &clock_});
  ASSERT_TRUE(tests::Send(client(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"));
  EXPECT_EXIT(
      ServeConnection(std::move(pair_.first), net::Address::Ipv4Loopback(1), exchange, clock_,
                      {.timeouts = {.request = absl::Milliseconds(20)}, .kill_slow_handler = true},
                      [] {}),
      ::testing::KilledBySignal(SIGALRM), "");
}

}  // namespace
}  // namespace forklift::http::server
