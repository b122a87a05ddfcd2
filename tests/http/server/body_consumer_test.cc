#include <stddef.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::MemoryTransport;
using ::testing::StartsWith;
using Wait = Exchange::Wait;

// Takes bodies in pieces, up to a number of them.
class Piecewise final : public Handler {
 public:
  class Consumer final : public BodyConsumer {
   public:
    explicit Consumer(Piecewise& owner) : owner_(owner) {}
    ~Consumer() override { ++owner_.ended; }
    bool wants_body() const override { return owner_.most > 0; }
    bool Consume(std::string_view piece) override {
      if (owner_.throws) throw std::bad_alloc();
      owner_.taken.append(piece);
      return owner_.taken.size() < owner_.most;
    }
    void Finish(const Request&, Response& response) override { response.content = "taken"; }

   private:
    Piecewise& owner_;
  };

  void Handle(const Request&, Response& response) override { response.content = "no body"; }
  std::unique_ptr<BodyConsumer> ConsumeBody(const Request&) override {
    return std::make_unique<Consumer>(*this);
  }

  std::string taken;
  size_t most = 1'000'000;
  bool throws = false;
  int ended = 0;
};

class ConsumedBodyTest : public ::testing::Test {
 protected:
  std::string Answer(std::string_view bytes) {
    Exchange exchange({.limits = {}, .handler = &handler_, .clock = &clock_});
    MemoryTransport transport;
    exchange.Attach(transport, client_, 0);
    transport.AddInput(bytes);
    while (true) {
      const Wait wait = exchange.Advance();
      if (wait == Wait::kWork) {
        exchange.Work();
      } else if (wait == Wait::kInput && !transport.input().empty()) {
        exchange.SetReadable();
      } else {
        return transport.TakeOutput();
      }
    }
  }

  Piecewise handler_;
  WorkerClock clock_;
  const net::Address client_ = net::Address::Ipv4Loopback(50000);
};

TEST_F(ConsumedBodyTest, GoesToTheConsumer) {
  EXPECT_THAT(Answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
              EndsWith("taken"));
  EXPECT_EQ(handler_.taken, "hello");
  EXPECT_EQ(handler_.ended, 1);
}

TEST_F(ConsumedBodyTest, MayBeAnsweredEarly) {
  handler_.most = 1;
  EXPECT_THAT(
      Answer("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
      EndsWith("taken"));
}

TEST_F(ConsumedBodyTest, EndsWithoutFinishWhereItIsCutOff) {
  Answer("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense");
  EXPECT_EQ(handler_.ended, 1);
}

TEST_F(ConsumedBodyTest, MayBeUnwanted) {
  handler_.most = 0;
  const std::string answer =
      Answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, ::testing::AllOf(HasSubstr("Connection: close\r\n"), EndsWith("taken")));
  EXPECT_EQ(handler_.taken, "");
}

TEST_F(ConsumedBodyTest, AConsumerThatThrowsEndsItsRequestOnly) {
  handler_.throws = true;
  EXPECT_THAT(Answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
              StartsWith("HTTP/1.1 503 "));
}

// A consumer may hold a file, a lock, a quota.
TEST_F(ConsumedBodyTest, EndsWithItsConnection) {
  Exchange exchange({.limits = {}, .handler = &handler_, .clock = &clock_});
  MemoryTransport transport;
  exchange.Attach(transport, client_, 0);
  transport.AddInput("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  EXPECT_EQ(exchange.Advance(), Wait::kInput);
  EXPECT_EQ(handler_.ended, 0);
  exchange.Detach();
  EXPECT_EQ(handler_.ended, 1);
}

}  // namespace
}  // namespace forklift::http::server
