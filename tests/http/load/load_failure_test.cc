// Each way in which a server can fail a request is counted under its name.
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/load/load_run_support.h"
#include "forklift/tests/http/load/scripted_server.h"
#include "forklift/tests/support/full_listener.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using tests::ScriptedServer;

struct Misdeed {
  const char* name;
  Failure failure;
  ScriptedServer::Script script;
};

class MisdeedTest : public testing::TestWithParam<Misdeed> {};

INSTANTIATE_TEST_SUITE_P(
    Servers, MisdeedTest,
    testing::Values(
        Misdeed{"Closes", Failure::kClosed,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                }},
        Misdeed{"Resets", Failure::kReset,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  const linger reset = {.l_onoff = 1, .l_linger = 0};
                  ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
                }},
        Misdeed{"SaysNothing", Failure::kFirstByteTimeout,
                [](net::UniqueFd& connection, ScriptedServer&) { tests::ReceiveAll(connection); }},
        Misdeed{"StopsHalfWay", Failure::kResponseTimeout,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, kAnswer.substr(0, kAnswer.size() - 1));
                  tests::ReceiveAll(connection);
                }},
        Misdeed{"StopsWithinTheHead", Failure::kResponseTimeout,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, "HTTP/1.1 2");
                  tests::ReceiveAll(connection);
                }},
        Misdeed{"ClosesHalfWay", Failure::kShortResponse,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, kAnswer.substr(0, kAnswer.size() - 1));
                }},
        Misdeed{"ClosesWithinTheHead", Failure::kShortResponse,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, "HTTP/1.1 200 OK\r\n");
                }},
        Misdeed{"SpeaksSomethingElse", Failure::kBadResponse,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, "220 mail.example ESMTP\r\n\r\n");
                  tests::ReceiveAll(connection);
                }},
        Misdeed{"AnswersWithAnotherStatus", Failure::kUnexpectedStatus,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, "HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\nHello");
                  tests::ReceiveAll(connection);
                }},
        Misdeed{"AnswersWithAnotherBody", Failure::kUnexpectedBody,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHellO");
                  tests::ReceiveAll(connection);
                }},
        Misdeed{"AnswersWithHalfTheBody", Failure::kUnexpectedBody,
                [](net::UniqueFd& connection, ScriptedServer& server) {
                  server.ReceiveRequest(connection);
                  tests::Send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHell");
                  tests::ReceiveAll(connection);
                }}),
    [](const testing::TestParamInfo<Misdeed>& info) { return std::string(info.param.name); });

TEST_P(MisdeedTest, IsCountedUnderItsName) {
  ScriptedServer server(GetParam().script);
  LoadOptions options = Options(server.address(), 6);
  options.connections = 2;
  options.keep_alive = false;  // the next request has another connection
  options.timeout = absl::Milliseconds(200);
  options.expected_status = 200;
  options.expected_body = "Hello";
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 0u);
  EXPECT_EQ(result.total->failed.value(), 6u);
  EXPECT_EQ(Failures(result, GetParam().failure), 6u);
}

TEST(LoadFailureTest, AnAnswerToAnotherRequestIsAFailure) {
  // Of every four pipelined requests, answers the last two in the wrong order.
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    while (true) {
      std::vector<std::string> nonces;
      for (int i = 0; i < 4; ++i) {
        if (!server.ReceiveRequest(connection)) return;
        const size_t at = server.request().find("X-Nonce: ");
        nonces.push_back(server.request().substr(at, server.request().find('\r', at) - at));
      }
      std::swap(nonces[2], nonces[3]);
      for (const std::string& nonce : nonces) {
        tests::Send(connection,
                    absl::StrCat("HTTP/1.1 200 OK\r\n", nonce, "\r\nContent-Length: 0\r\n\r\n"));
      }
    }
  });
  LoadOptions options = Options(server.address(), 40);
  const absl::StatusOr<RequestBytes> request =
      MakeRequest(absl::StrCat("http://", server.address(), "/"), {.nonce_header = "X-Nonce"});
  ASSERT_TRUE(request.ok()) << request.status();
  options.requests = {*request};
  options.nonce_header = "X-Nonce";
  options.pipeline = 4;
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 20u);
  EXPECT_EQ(Failures(result, Failure::kOtherNonce), 20u);
}

TEST(LoadFailureTest, NobodyListens) {
  const net::Address address = [] {
    const ScriptedServer gone(AnswerAll);
    return gone.address();
  }();
  LoadOptions options = Options(address, 4);
  options.connections = 2;
  const LoadResult result = Load(options);
  EXPECT_EQ(Failures(result, Failure::kRefused), 4u);
  EXPECT_EQ(result.total->failed.value(), 4u);
}

TEST(LoadFailureTest, AQueueThatIsFull) {
  const tests::FullListener full(net::Address::Ipv4Loopback(0));
  LoadOptions options = Options(full.address(), 4);
  options.connections = 2;
  options.timeout = absl::Milliseconds(200);
  const LoadResult result = Load(options);
  EXPECT_EQ(Failures(result, Failure::kConnectTimeout), 4u);
}

TEST(LoadFailureTest, NoFurtherDescriptors) {
  ScriptedServer server(AnswerAll);
  LoadOptions options = Options(server.address(), 100);
  options.connections = 100;
  options.hold = true;
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit tight = {.rlim_cur = 50, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const LoadResult result = Load(options);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(result.total->answered.value() + Failures(result, Failure::kNoDescriptors), 100u);
  EXPECT_GT(result.total->answered.value(), 10u);
  EXPECT_GT(Failures(result, Failure::kNoDescriptors), 10u);
}

}  // namespace
}  // namespace forklift::http::load
