#include "forklift/http/server/exchange.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Response Echo(const Request& request) {
  return {.body = absl::StrCat(request.method, " ", request.target, "\n")};
}

// A child that serves one exchange over TCP, and its client's end.
class ExchangeTest : public testing::Test {
 protected:
  net::UniqueFd Start(const ExchangeLimits& limits = {}, Handler handler = Echo) {
    absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
    EXPECT_TRUE(listener.ok()) << listener.status();
    net::UniqueFd client = tests::Connect(listener->local_address());
    net::AcceptResult accepted = listener->TryAccept();
    EXPECT_EQ(accepted.outcome, net::AcceptOutcome::kAccepted);
    const absl::StatusOr<pid_t> child = proc::Fork([&] {
      client.reset();
      ServeExchange(std::move(accepted.connection), limits, handler);
      return 0;
    });
    EXPECT_TRUE(child.ok()) << child.status();
    reaper_.Adopt(*child, [](pid_t, proc::ExitStatus status) {
      EXPECT_TRUE(status.success()) << status.ToString();
    });
    return client;
  }

  // What comes back for `request`, sent at once.
  std::string Answer(std::string_view request, const ExchangeLimits& limits = {}) {
    const net::UniqueFd client = Start(limits);
    EXPECT_TRUE(tests::Send(client, request));
    return tests::ReceiveAll(client);
  }

  // Every child ends by itself.
  void TearDown() override {
    EXPECT_TRUE(tests::Eventually([&] { return reaper_.ReapAll(), reaper_.size() == 0; }));
  }

  proc::Reaper reaper_;
};

TEST_F(ExchangeTest, AnswersARequest) {
  EXPECT_THAT(Answer("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nGET /hello\n")));
  EXPECT_THAT(Answer("\r\nGET / HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\nGET /\n"));
}

TEST_F(ExchangeTest, AnswersTheArticlesOwnClient) {
  EXPECT_THAT(Answer("GET /hello HTTP/1.1\nHost: localhost:8888\n\n"),
              EndsWith("\r\n\r\nGET /hello\n"));
}

TEST_F(ExchangeTest, HeadGetsNoBody) {
  EXPECT_THAT(Answer("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(HasSubstr("Content-Length: 8\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(ExchangeTest, ARequestInOneByteSegments) {
  const net::UniqueFd client = Start();
  for (char byte : std::string_view("GET /slowly HTTP/1.1\r\nHost: a\r\n\r\n")) {
    ASSERT_TRUE(tests::Send(client, std::string_view(&byte, 1)));
  }
  EXPECT_THAT(tests::ReceiveAll(client), EndsWith("\r\n\r\nGET /slowly\n"));
}

TEST_F(ExchangeTest, BadRequestsAreTold) {
  EXPECT_THAT(Answer("GET /\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Answer("GET / HTTP/2.0\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_THAT(Answer("GET / HTTP/1.1\rX: y\r\n\r\n"), StartsWith("HTTP/1.1 400 ")) << "a bare CR";
  EXPECT_THAT(Answer("\n\n\n\n\n\n\n\n\nGET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

// Nor is it an error of the handler's, which any client could fill the log with.
TEST_F(ExchangeTest, NoTunnelIsOpened) {
  testing::internal::CaptureStderr();
  EXPECT_THAT(Answer("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), StartsWith("HTTP/1.1 501 "));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(ExchangeTest, AHeadAboveTheLimitIs431EvenIfTheClientGoesOnSending) {
  EXPECT_THAT(Answer(absl::StrCat("GET / HTTP/1.1\r\nX: ", std::string(100'000, 'x'))),
              testing::AllOf(StartsWith("HTTP/1.1 431 "), testing::Not(EndsWith("<reset>"))));
  EXPECT_THAT(Answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n", {.header_bytes = 20}),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(ExchangeTest, TheLargestHeadThatFits) {
  std::string request = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string line = absl::StrCat("X: ", std::string(8'000, 'x'), "\r\n");
  while (request.size() + line.size() < 64 * 1024 - 10) request += line;
  absl::StrAppend(&request, "Y: ", std::string(64 * 1024 - request.size() - 7, 'y'), "\r\n\r\n");
  EXPECT_THAT(Answer(request), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ExchangeTest, HalfAHeadIsToldWhenItsTimeIsUp) {
  const net::UniqueFd client = Start({.header_timeout = absl::Milliseconds(50)});
  ASSERT_TRUE(tests::Send(client, "GET / HT"));
  EXPECT_THAT(tests::ReceiveAll(client), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ExchangeTest, TheTimeForAHeadIsNotStartedAgainByEachByte) {
  const net::UniqueFd client = Start({.header_timeout = absl::Milliseconds(200)});
  bool answered = false;
  while (!answered && tests::Send(client, "x")) {
    const std::string answer = tests::ReceiveAll(client, absl::Milliseconds(20));
    answered = absl::StartsWith(answer, "HTTP/1.1 408 ");
    ASSERT_TRUE(answered || answer == "<timeout>") << answer;
  }
  EXPECT_TRUE(answered);
}

TEST_F(ExchangeTest, SilenceIsClosedSilently) {
  const net::UniqueFd client = Start({.header_timeout = absl::Milliseconds(50)});
  EXPECT_EQ(tests::ReceiveAll(client), "");
}

TEST_F(ExchangeTest, AClientThatOnlyConnects) {
  const net::UniqueFd client = Start();
  tests::CloseSending(client);
  EXPECT_EQ(tests::ReceiveAll(client), "");
}

TEST_F(ExchangeTest, HalfAHeadAndAnEnd) {
  const net::UniqueFd client = Start();
  ASSERT_TRUE(tests::Send(client, "GET / HT"));
  tests::CloseSending(client);
  EXPECT_THAT(tests::ReceiveAll(client), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ExchangeTest, AWholeRequestAndAnEndIsStillAnswered) {
  const net::UniqueFd client = Start();
  ASSERT_TRUE(tests::Send(client, "GET /half-closed HTTP/1.1\r\nHost: a\r\n\r\n"));
  tests::CloseSending(client);
  EXPECT_THAT(tests::ReceiveAll(client), EndsWith("GET /half-closed\n"));
}

TEST_F(ExchangeTest, ABodyThatNobodyReadsDoesNotResetTheAnswer) {
  const net::UniqueFd client = Start();
  ASSERT_TRUE(tests::Send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n"));
  ASSERT_TRUE(tests::Send(client, std::string(10'000, 'x')));
  ASSERT_TRUE(tests::Send(client, std::string(10'000, 'x')));
  EXPECT_THAT(tests::ReceiveAll(client), EndsWith("\r\n\r\nPOST /\n"));
}

TEST_F(ExchangeTest, ABodyThatComesLaterDoesNotResetTheAnswer) {
  for (std::string_view method : {"GET", "POST", "HEAD"}) {
    const net::UniqueFd client = Start();
    ASSERT_TRUE(tests::Send(
        client, absl::StrCat(method, " / HTTP/1.1\r\nHost: a\r\ncontent-LENGTH: 5\r\n\r\n")));
    const std::string answer = tests::ReceiveAll(client);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_TRUE(tests::Send(client, "hello")) << method;
    EXPECT_EQ(tests::ReceiveAll(client), "") << "no reset";
  }
}

TEST_F(ExchangeTest, FiftyMegabytesThatNobodyReadsDoNotResetTheAnswer) {
  const net::UniqueFd client = Start();
  ASSERT_TRUE(
      tests::Send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 52428800\r\n\r\n"));
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(tests::Send(client, megabyte)) << i;
  EXPECT_THAT(tests::ReceiveAll(client), EndsWith("\r\n\r\nPOST /\n"));
}

TEST_F(ExchangeTest, AClientThatLeavesIsNoErrorAndNotLogged) {
  testing::internal::CaptureStderr();
  for (std::string_view sent : {"", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    for (bool reset : {false, true}) {
      const net::UniqueFd client =
          Start({}, [](const Request&) -> Response { return {.body = std::string(8 << 20, 'x')}; });
      ASSERT_TRUE(tests::Send(client, sent));
      const linger at_once = {.l_onoff = 1, .l_linger = 0};
      if (reset) ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
  }
  EXPECT_TRUE(tests::Eventually([&] { return reaper_.ReapAll(), reaper_.size() == 0; }));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(ExchangeTest, AClientThatDoesNotReadIsGivenUpAfterItsTime) {
  const net::UniqueFd client =
      Start({.write_timeout = absl::Milliseconds(50)},
            [](const Request&) -> Response { return {.body = std::string(64 << 20, 'x')}; });
  ASSERT_TRUE(tests::Send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(tests::Eventually([&] { return reaper_.ReapAll() == 1; }));
}

TEST_F(ExchangeTest, ALargeAnswerArrivesWhole) {
  const std::string body(8 << 20, 'x');
  const net::UniqueFd client =
      Start({}, [&](const Request&) -> Response { return {.body = body}; });
  ASSERT_TRUE(tests::Send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  const std::string answer = tests::ReceiveAll(client);
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), body);
}

}  // namespace
}  // namespace forklift::http::server
