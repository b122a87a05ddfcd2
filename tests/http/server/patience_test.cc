#include "forklift/http/server/patience.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/timeouts.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using testing::MemoryTransport;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";

class PatienceTest : public ::testing::Test {
 protected:
  PatienceTest() { exchange_.Attach(transport_, client_, 0); }

  Exchange::Wait Advance() {
    Exchange::Wait wait = exchange_.Advance();
    while (wait == Exchange::Wait::kWork) {
      exchange_.Work();
      wait = exchange_.Advance();
    }
    patience_.Update(timeouts_, wait, exchange_);
    return wait;
  }
  void Send(std::string_view bytes) {
    transport_.AddInput(bytes);
    exchange_.SetReadable();
    Advance();
  }
  // Whole seconds until the deadline.
  int64_t Left() const {
    return absl::ToInt64Seconds(patience_.deadline().Remaining() + absl::Milliseconds(500));
  }

  Timeouts timeouts_ = {.header = absl::Seconds(100),
                        .body = absl::Seconds(200),
                        .write = absl::Seconds(300),
                        .keep_alive = absl::Seconds(400),
                        .min_rate = 0};
  WorkerClock clock_;
  FunctionHandler handler_{
      [this](const Request&, Response& response) { response.content = std::string(size_, 'x'); }};
  size_t size_ = 10;
  const net::Address client_ = net::Address::Ipv4Loopback(50000);
  MemoryTransport transport_;
  Exchange exchange_{{.limits = {}, .handler = &handler_, .clock = &clock_}};
  Patience patience_;
};

TEST_F(PatienceTest, ANewConnectionMustSendAHead) {
  Advance();
  EXPECT_EQ(Left(), 100);
}

// One byte now and then does not keep a connection: the time for a head is not renewed.
TEST_F(PatienceTest, AHeadIsToComeAsAWhole) {
  Advance();
  const net::Deadline first = patience_.deadline();
  for (const char byte : kGet.substr(0, 20)) {
    Send(std::string_view(&byte, 1));
    EXPECT_EQ(patience_.deadline(), first);
  }
}

TEST_F(PatienceTest, BetweenRequestsKeepAliveCounts) {
  Send(kGet);
  EXPECT_EQ(Left(), 400);
  Send("G");
  EXPECT_EQ(Left(), 100);
}

TEST_F(PatienceTest, ABodyIsToGoOn) {
  Send(kPost);
  EXPECT_EQ(Left(), 200);
  const net::Deadline first = patience_.deadline();
  Advance();
  EXPECT_EQ(patience_.deadline(), first) << "nothing has come";
  Send("more");
  EXPECT_GT(patience_.deadline(), first);
}

TEST_F(PatienceTest, AResponseIsToBeTaken) {
  size_ = 1'000'000;
  transport_.LimitOutput(0);
  Send(kGet);
  EXPECT_EQ(Left(), 300);
}

// After the first timeout, what has moved must be worth the time: here 1,000 bytes are worth 10 s.
TEST_F(PatienceTest, ASlowBodyRunsOutOfTime) {
  timeouts_.min_rate = 100;
  timeouts_.body = absl::Seconds(5);
  Send(kPost);
  const net::Deadline begin = patience_.deadline();
  Send(std::string(200, 'x'));
  EXPECT_LE(patience_.deadline(), begin.Later(absl::Seconds(2)));
  Send(std::string(100'000, 'x'));
  EXPECT_EQ(Left(), 5) << "that was fast enough";
}

TEST_F(PatienceTest, NobodyIsKeptWaitingByAClosedConnection) {
  transport_.EndInput();
  Advance();
  exchange_.SetReadable();
  EXPECT_EQ(Advance(), Exchange::Wait::kClose);
  EXPECT_TRUE(patience_.deadline().infinite());
}

// How long a handler makes the client wait for more is not the client's fault.
TEST_F(PatienceTest, TimeThatTheHandlerTakesCountsForNobody) {
  timeouts_.min_rate = 100;
  timeouts_.write = absl::Seconds(5);
  size_ = 1'000'000;
  transport_.LimitOutput(0);
  Send(kGet);
  const net::Deadline begin = patience_.deadline();
  patience_.Update(timeouts_, Exchange::Wait::kWork, exchange_);
  EXPECT_TRUE(patience_.deadline().infinite());
  patience_.Update(timeouts_, Exchange::Wait::kOutput, exchange_);
  EXPECT_GT(patience_.deadline(), begin);
  EXPECT_LE(patience_.deadline(), begin.Later(absl::Seconds(1))) << "but it does not begin anew";
}

TEST_F(PatienceTest, EachHeadHasItsTime) {
  Send("GET / HT");
  const net::Deadline first = patience_.deadline();
  Exchange::Wait wait;
  transport_.AddInput("TP/1.1\r\nHost: a\r\n\r\nGET /ne");
  exchange_.SetReadable();
  while ((wait = exchange_.Advance()) == Exchange::Wait::kWork) {
    patience_.Update(timeouts_, wait, exchange_);
    exchange_.Work();
  }
  patience_.Update(timeouts_, wait, exchange_);
  EXPECT_GT(patience_.deadline(), first);
}

}  // namespace
}  // namespace forklift::http::server
