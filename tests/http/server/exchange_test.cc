#include "forklift/http/server/exchange.h"

#include <stddef.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/tests/support/allocation_count.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::MemoryTransport;
using ::testing::StartsWith;
using Wait = Exchange::Wait;

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

// Says what it was asked.
void Echo(const Request& request, Response& response) {
  response.content = absl::StrCat(request.message.head.method, " ", request.message.head.target,
                                  " ", request.body);
}

class ExchangeTest : public ::testing::Test {
 protected:
  explicit ExchangeTest(const Limits& limits = {}, FunctionHandler::Function function = Echo)
      : handler_(std::move(function)),
        exchange_({.limits = limits, .handler = &handler_, .clock = &clock_}) {
    clock_.Set(absl::UnixEpoch());
    exchange_.Attach(transport_, client_, 0);
  }

  // Goes on until the client is to be waited for, or the end.
  Wait Run() {
    while (true) {
      const Wait wait = exchange_.Advance();
      if (wait != Wait::kWork) return wait;
      exchange_.Work();
    }
  }
  Wait Send(std::string_view bytes) {
    transport_.AddInput(bytes);
    exchange_.SetReadable();
    return Run();
  }

  WorkerClock clock_;
  FunctionHandler handler_;
  const net::Address client_ = net::Address::Ipv4Loopback(50000);
  MemoryTransport transport_;
  Exchange exchange_;
};

TEST_F(ExchangeTest, AnswersAndWaitsForTheNextRequest) {
  EXPECT_EQ(Send(kGet), Wait::kIdle);
  EXPECT_EQ(transport_.TakeOutput(),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 11\r\n\r\n"
            "GET /hello ");
  EXPECT_EQ(Send(kGet), Wait::kIdle);
  EXPECT_THAT(transport_.TakeOutput(), EndsWith("GET /hello "));
  EXPECT_EQ(exchange_.requests(), 2u);
}

class UsualRequestTest : public ExchangeTest {
 protected:
  UsualRequestTest()
      : ExchangeTest({}, [](const Request&, Response& response) {
          ASSERT_TRUE(response.headers.Add(HeaderName::kContentType, "text/plain; charset=utf-8"));
          response.content = SharedBytes{.bytes = "Hello, World!\n"};
        }) {}
};

TEST_F(UsualRequestTest, AllocatesNothingWhereMemoryWasReserved) {
  exchange_.Reserve();
  transport_.AddInput(kGet);
  transport_.LimitOutput(0);
  const size_t before = tests::AllocationCount();
  EXPECT_EQ(Run(), Wait::kOutput);
  EXPECT_EQ(tests::AllocationCount(), before);
}

TEST_F(ExchangeTest, EveryByteMayComeAlone) {
  const std::string request =
      absl::StrCat("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", kGet);
  for (const char byte : request) Send(std::string_view(&byte, 1));
  EXPECT_THAT(transport_.TakeOutput(),
              ::testing::AllOf(HasSubstr("POST /a hello"), EndsWith("GET /hello ")));
}

TEST_F(ExchangeTest, PipelinedRequestsAreAnsweredInOrderAndTogether) {
  std::string requests;
  for (int i = 0; i < 16; ++i)
    absl::StrAppend(&requests, "GET /", i, " HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Send(requests), Wait::kIdle);
  const std::string output = transport_.TakeOutput();
  size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    at = output.find(absl::StrCat("GET /", i, " "), at);
    ASSERT_NE(at, output.npos) << i;
  }
}

TEST_F(ExchangeTest, ABodyInManyPiecesArrivesWhole) {
  const std::string body(200'000, 'b');
  transport_.LimitReceives(777);
  std::string request = absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(),
                                     "\r\n\r\n", body, kGet);
  transport_.AddInput(request);
  while (!transport_.input().empty()) {
    exchange_.SetReadable();
    Run();
  }
  EXPECT_THAT(transport_.TakeOutput(),
              ::testing::AllOf(HasSubstr(absl::StrCat("POST / ", body)), EndsWith("GET /hello ")));
}

TEST_F(ExchangeTest, ChunksAreDecoded) {
  Send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(transport_.TakeOutput(), EndsWith("POST / abcde"));
}

TEST_F(ExchangeTest, AClientThatWaitsIsToldToGoOn) {
  EXPECT_EQ(Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"),
            Wait::kInput);
  EXPECT_EQ(transport_.TakeOutput(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(Send("ok"), Wait::kIdle);
  EXPECT_THAT(transport_.TakeOutput(), EndsWith("POST / ok"));
}

TEST_F(ExchangeTest, ABadRequestIsToldAndItsClientHeardOut) {
  EXPECT_EQ(Send("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), Wait::kLingeringClose);
  EXPECT_THAT(transport_.TakeOutput(),
              ::testing::AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close\r\n")));
}

TEST_F(ExchangeTest, AResponseBeforeTheBodyIsWholeIsTheLast) {
  EXPECT_EQ(Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\nsome"),
            Wait::kLingeringClose);
  EXPECT_THAT(transport_.TakeOutput(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ExchangeTest, ConnectOpensNoTunnel) {
  EXPECT_EQ(Send("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"), Wait::kLingeringClose);
  EXPECT_THAT(transport_.TakeOutput(), StartsWith("HTTP/1.1 501 "));
}

TEST_F(ExchangeTest, AHalfClosedClientGetsItsAnswer) {
  transport_.AddInput(kGet);
  transport_.EndInput();
  Run();
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kClose);
  EXPECT_THAT(transport_.TakeOutput(), EndsWith("GET /hello "));
}

TEST_F(ExchangeTest, HalfARequestIsNone) {
  transport_.AddInput("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  transport_.EndInput();
  Run();
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kClose);
  EXPECT_THAT(transport_.TakeOutput(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ExchangeTest, ABrokenConnectionIsClosed) {
  transport_.AddInput(kGet);
  transport_.Break();
  EXPECT_EQ(Run(), Wait::kClose);
}

TEST_F(ExchangeTest, ASilentClientIsClosedAndASlowOneTold) {
  EXPECT_EQ(Run(), Wait::kIdle);
  exchange_.TimeOut();
  EXPECT_EQ(Run(), Wait::kIdleClose);
  EXPECT_EQ(transport_.TakeOutput(), "");

  exchange_.Detach();
  exchange_.Attach(transport_, client_, 0);
  EXPECT_EQ(Send("GET / HT"), Wait::kInput);
  exchange_.TimeOut();
  EXPECT_EQ(Run(), Wait::kLingeringClose);
  EXPECT_THAT(transport_.TakeOutput(), StartsWith("HTTP/1.1 408 "));
}

// The server was too busy to look before the time was up.
TEST_F(ExchangeTest, WhatCameInTimeCounts) {
  EXPECT_EQ(Run(), Wait::kIdle);
  transport_.AddInput(kGet);
  exchange_.TimeOut();
  EXPECT_EQ(Run(), Wait::kIdle);
  EXPECT_THAT(transport_.TakeOutput(), EndsWith("GET /hello "));
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kIdle) << "and nothing of it is left";
}

TEST_F(ExchangeTest, NothingOfOneClientReachesTheNext) {
  EXPECT_EQ(Send("POST /secret HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npassword"),
            Wait::kInput);
  exchange_.Detach();
  MemoryTransport other;
  exchange_.Attach(other, client_, 0);
  other.AddInput(kGet);
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kIdle);
  const std::string answer = other.TakeOutput();
  EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /hello "));
}

TEST_F(ExchangeTest, FinishMakesTheNextResponseTheLast) {
  transport_.AddInput(kGet);
  exchange_.Finish();
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kIdleClose);
  EXPECT_THAT(transport_.TakeOutput(), HasSubstr("Connection: close\r\n"));
}

// A reset could overtake the answer to a client that does not expect the end.
TEST_F(ExchangeTest, AClientThatAskedForTheEndIsNotHeardOut) {
  EXPECT_EQ(Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), Wait::kClose);
}

TEST_F(ExchangeTest, FinishClosesAnIdleConnection) {
  Send(kGet);
  transport_.TakeOutput();
  exchange_.Finish();
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kIdleClose);
  EXPECT_EQ(transport_.TakeOutput(), "");
}

TEST_F(ExchangeTest, FinishWaitsForTheFirstRequest) {
  exchange_.Finish();
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kIdle);
  Send(kGet);
  EXPECT_THAT(transport_.TakeOutput(), HasSubstr("Connection: close\r\n"));
}

TEST_F(ExchangeTest, ABusyServerSaysSo) {
  exchange_.RefuseBusy();
  EXPECT_EQ(Run(), Wait::kLingeringClose);
  EXPECT_THAT(transport_.TakeOutput(), StartsWith("HTTP/1.1 503 "));
}

class RequestLimitTest : public ExchangeTest {
 protected:
  RequestLimitTest() : ExchangeTest({.requests = 2}) {}
};

TEST_F(RequestLimitTest, TheLastRequestOfAConnectionIsToldSo) {
  EXPECT_EQ(Send(kGet), Wait::kIdle);
  EXPECT_THAT(transport_.TakeOutput(), ::testing::Not(HasSubstr("close")));
  EXPECT_EQ(Send(kGet), Wait::kIdleClose);
  EXPECT_THAT(transport_.TakeOutput(), HasSubstr("Connection: close\r\n"));
}

// Whose next requests are still in the kernel's queue.
TEST_F(RequestLimitTest, AClientThatPipelinesMoreIsHeardOut) {
  transport_.LimitReceives(kGet.size());
  transport_.AddInput(absl::StrCat(kGet, kGet, kGet));
  EXPECT_EQ(Run(), Wait::kIdle);
  exchange_.SetReadable();
  EXPECT_EQ(Run(), Wait::kLingeringClose);
}

TEST_F(RequestLimitTest, ARequestOfAnotherExchangeCounts) {
  exchange_.Attach(transport_, client_, 1);
  EXPECT_EQ(Send(kGet), Wait::kIdleClose);
}

class LargeContentTest : public ExchangeTest {
 protected:
  LargeContentTest()
      : ExchangeTest({}, [](const Request&, Response& response) {
          response.content = std::string(1'000'000, 'x');
        }) {}
};

TEST_F(LargeContentTest, GoesAsFastAsTheClientTakesIt) {
  transport_.AddInput(kGet);
  transport_.LimitOutput(0);
  EXPECT_EQ(Run(), Wait::kOutput);
  EXPECT_EQ(exchange_.phase(), Exchange::Phase::kResponse);
  std::string output;
  for (int i = 0; i < 2000; ++i) {
    transport_.LimitOutput(1000);
    const Wait wait = Run();
    output += transport_.TakeOutput();
    if (wait == Wait::kIdle) break;
    ASSERT_EQ(wait, Wait::kOutput);
  }
  EXPECT_THAT(output, EndsWith(absl::StrCat("\r\n\r\n", std::string(1'000'000, 'x'))));
}

TEST_F(LargeContentTest, AClientThatDoesNotReadIsCutOff) {
  transport_.AddInput(kGet);
  transport_.LimitOutput(10);
  EXPECT_EQ(Run(), Wait::kOutput);
  exchange_.TimeOut();
  EXPECT_EQ(Run(), Wait::kClose);
}

TEST_F(LargeContentTest, HeadHasItsLengthOnly) {
  EXPECT_EQ(Send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), Wait::kIdle);
  EXPECT_THAT(transport_.TakeOutput(), EndsWith("Content-Length: 1000000\r\n\r\n"));
}

class BadResponseTest : public ExchangeTest {
 protected:
  BadResponseTest()
      : ExchangeTest({}, [](const Request&, Response& response) {
          response.status = StatusCode::kContinue;
          response.content = "secret";
        }) {}
};

TEST_F(BadResponseTest, IsA500WithNothingOfIt) {
  EXPECT_EQ(Send(kGet), Wait::kIdle);
  const std::string output = transport_.TakeOutput();
  EXPECT_THAT(output, StartsWith("HTTP/1.1 500 "));
  EXPECT_FALSE(absl::StrContains(output, "secret"));
}

class ThrowingHandlerTest : public ExchangeTest {
 protected:
  ThrowingHandlerTest()
      : ExchangeTest({}, [](const Request& request, Response& response) {
          response.content = "secret";
          if (request.message.head.target == "/hello") throw std::out_of_range("vector");
        }) {}
};

TEST_F(ThrowingHandlerTest, IsA500AndTheConnectionGoesOn) {
  EXPECT_EQ(Send(kGet), Wait::kIdle);
  const std::string output = transport_.TakeOutput();
  EXPECT_THAT(output, StartsWith("HTTP/1.1 500 "));
  EXPECT_FALSE(absl::StrContains(output, "secret"));
  EXPECT_EQ(Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Wait::kIdle);
  EXPECT_THAT(transport_.TakeOutput(), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace forklift::http::server
