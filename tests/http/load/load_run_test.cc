// What becomes of requests: each is answered or has failed, and none is lost.
#include "forklift/http/load/load_run.h"

#include <stdint.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/http/load/timeline.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/load/load_run_support.h"
#include "forklift/tests/http/load/scripted_server.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using tests::ScriptedServer;

class WorkerKindTest : public testing::TestWithParam<WorkerKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, WorkerKindTest,
                         testing::Values(WorkerKind::kProcesses, WorkerKind::kThreads));

TEST_P(WorkerKindTest, AnswersAddUpToWhatTheServerSaw) {
  ScriptedServer server(AnswerAll);
  LoadOptions options = Options(server.address(), 1000);
  options.worker_kind = GetParam();
  options.connections = 7;
  options.workers = 3;
  const tests::Holdings before = tests::Holdings::Now();
  const LoadResult result = Load(options);
  EXPECT_EQ(tests::Holdings::Now(), before);
  EXPECT_EQ(result.total->answered.value(), 1000u);
  EXPECT_EQ(result.total->failed.value(), 0u);
  EXPECT_EQ(server.requests(), 1000u);
  EXPECT_EQ(result.total->connections.value(), 7u);
  EXPECT_EQ(result.total->statuses[200], 1000u);
  EXPECT_EQ(result.total->received_bytes.value(), 1000 * kAnswer.size());
  EXPECT_EQ(result.total->sent_bytes.value(), 1000 * options.requests[0].bytes.size());
  EXPECT_EQ(result.total->latency.count(), 1000u);
  const uint64_t of_seconds = std::accumulate(
      result.timeline.begin(), result.timeline.end(), uint64_t{0},
      [](uint64_t sum, const SecondOfRun& second) { return sum + second.answered; });
  EXPECT_EQ(of_seconds, 1000u);
}

TEST(LoadRunTest, AConnectionForEachRequest) {
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    if (server.ReceiveRequest(connection)) tests::Send(connection, kAnswer);
  });
  LoadOptions options = Options(server.address(), 50);
  options.connections = 4;
  options.keep_alive = false;
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 50u);
  EXPECT_EQ(result.total->connections.value(), 50u);
  EXPECT_EQ(server.requests(), 50u);
}

TEST(LoadRunTest, Pipelines) {
  // Answers none before it has all sixteen.
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    while (true) {
      for (int i = 0; i < 16; ++i) {
        if (!server.ReceiveRequest(connection)) return;
      }
      std::string answers;
      for (int i = 0; i < 16; ++i) answers += kAnswer;
      tests::Send(connection, answers);
    }
  });
  LoadOptions options = Options(server.address(), 160);
  options.pipeline = 16;
  EXPECT_EQ(Load(options).total->answered.value(), 160u);
  EXPECT_EQ(server.requests(), 160u);
}

TEST(LoadRunTest, SendsAgainWhatAClosingServerLeftUnanswered) {
  // Answers three of a connection, the third with Connection: close.
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    for (int i = 1; server.ReceiveRequest(connection); ++i) {
      if (i == 3) {
        tests::Send(connection,
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        while (server.ReceiveRequest(connection)) {  // or the close is a reset
        }
        return;
      }
      tests::Send(connection, kAnswer);
    }
  });
  LoadOptions options = Options(server.address(), 30);
  options.pipeline = 4;
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 30u);
  EXPECT_EQ(result.total->failed.value(), 0u);
  EXPECT_GT(result.total->sent_again.value(), 0u);
}

TEST(LoadRunTest, ConnectsAgainForTheNextRequestWhereTheServerClosesIdleConnections) {
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    if (server.ReceiveRequest(connection)) tests::Send(connection, kAnswer);
  });
  LoadOptions options = Options(server.address(), 4);
  options.rate = 4;  // so that the end of a connection is seen before the next request is due
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 4u);
  EXPECT_EQ(result.total->connections.value(), 4u);
}

TEST(LoadRunTest, BodiesOfEveryFraming) {
  constexpr std::string_view kAnswers[] = {
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n2\r\nlo\r\n0\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello",
      "HTTP/1.0 200 OK\r\n\r\nHello",  // up to the end
  };
  for (const std::string_view answer : kAnswers) {
    ScriptedServer server([answer](net::UniqueFd& connection, ScriptedServer& server) {
      if (!server.ReceiveRequest(connection)) return;
      for (const char& byte : answer) tests::Send(connection, std::string_view(&byte, 1));
    });
    LoadOptions options = Options(server.address(), 3);
    options.keep_alive = false;
    options.expected_body = "Hello";
    const LoadResult result = Load(options);
    EXPECT_EQ(result.total->answered.value(), 3u) << answer;
    EXPECT_THAT(result.total->failures, testing::Each(0u));
  }
}

TEST(LoadRunTest, HoldsAllConnectionsBeforeItSends) {
  // Each connection is answered once forty were asked on.
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    server.ReceiveRequest(connection);
    tests::Eventually([&] { return server.requests() == 40; });
    tests::Send(connection, kAnswer);
    tests::ReceiveAll(connection);
  });
  LoadOptions options = Options(server.address(), 40);
  options.workers = 4;
  options.connections = 40;
  options.hold = true;
  EXPECT_EQ(Load(options).total->answered.value(), 40u);
}

TEST(LoadRunTest, AnOpenLoopSendsAtItsRate) {
  ScriptedServer server(AnswerAll);
  for (const Spacing spacing : {Spacing::kEven, Spacing::kPoisson}) {
    LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
    options.connections = 4;
    options.workers = 2;
    options.rate = 500;
    options.spacing = spacing;
    options.duration = absl::Seconds(1);
    const LoadResult result = Load(options);
    EXPECT_EQ(result.total->failed.value(), 0u);
    if (spacing == Spacing::kEven) {
      EXPECT_EQ(result.total->answered.value(), 500u);
    } else {
      EXPECT_NEAR(static_cast<double>(result.total->answered.value()), 500, 5 * std::sqrt(500));
    }
  }
}

TEST(LoadRunTest, StagesFollowOneAnother) {
  ScriptedServer server(AnswerAll);
  LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
  options.connections = 4;
  options.workers = 2;
  options.stages = {{absl::Seconds(1), 100}, {absl::Milliseconds(500), 0}, {absl::Seconds(1), 400}};
  options.rate = 100;
  options.duration = absl::Milliseconds(2500);
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 500u);
  EXPECT_EQ(result.total->failed.value(), 0u);
}

// The requests that were due while the server slept have waited: so says the latency, and not the
// time from when they were sent at last.
//
// The server's sleep is what is measured, not a wait for something: all bounds are lower ones,
// which a slow machine only exceeds.
TEST(LoadRunTest, AStallShowsInTheLatencyOfAllThatWereDue) {
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    while (server.ReceiveRequest(connection)) {
      if (server.requests() == 100) absl::SleepFor(absl::Milliseconds(400));
      if (!tests::Send(connection, kAnswer)) return;
    }
  });
  LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
  options.rate = 500;
  options.duration = absl::Seconds(1);
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 500u);
  // Of those due in the 400 ms, the first half waited for 200 ms at least: 100 of 500.
  EXPECT_GE(result.total->latency.ValueAtPercentile(81), absl::Milliseconds(190));
  EXPECT_GE(result.total->latency.max(), absl::Milliseconds(400));
  // One alone was sent before the stall and answered after it.
  EXPECT_GE(result.total->service_time.max(), absl::Milliseconds(400));
  EXPECT_LT(result.total->service_time.ValueAtPercentile(81),
            result.total->latency.ValueAtPercentile(81));
}

TEST(LoadRunTest, WhatFoundNoConnectionWasNotSent) {
  ScriptedServer server(
      [](net::UniqueFd& connection, ScriptedServer&) { tests::ReceiveAll(connection); });
  LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
  options.rate = 100;
  options.duration = absl::Milliseconds(500);
  options.timeout = absl::Seconds(4);
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->failed.value(), 50u);
  EXPECT_EQ(Failures(result, Failure::kFirstByteTimeout), 1u);
  EXPECT_EQ(Failures(result, Failure::kNotSent), 49u);
}

TEST(LoadRunTest, AServerThatStallsForGoodIsNotFast) {
  ScriptedServer server([](net::UniqueFd& connection, ScriptedServer& server) {
    while (server.ReceiveRequest(connection) && server.requests() < 20)
      tests::Send(connection, kAnswer);
    tests::ReceiveAll(connection);
  });
  LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
  options.duration = absl::Seconds(1);
  options.timeout = absl::Seconds(2);
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 19u);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));  // and not when it answered last
}

TEST(LoadRunTest, WhatWasDueInTheWarmUpIsNoFailure) {
  ScriptedServer server(
      [](net::UniqueFd& connection, ScriptedServer&) { tests::ReceiveAll(connection); });
  LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
  options.rate = 100;
  options.warm_up = absl::Milliseconds(500);
  options.duration = absl::Milliseconds(500);
  options.timeout = absl::Seconds(4);
  EXPECT_EQ(Failures(Load(options), Failure::kNotSent), 50u);
}

TEST(LoadRunTest, TheWarmUpIsNotCounted) {
  ScriptedServer server(AnswerAll);
  LoadOptions options = Options(server.address(), std::numeric_limits<uint64_t>::max());
  options.rate = 200;
  options.warm_up = absl::Milliseconds(500);
  options.duration = absl::Milliseconds(500);
  const LoadResult result = Load(options);
  EXPECT_EQ(result.total->answered.value(), 100u);
  EXPECT_EQ(result.total->warm_up.value(), 100u);
  EXPECT_EQ(result.total->latency.count(), 100u);
}

TEST(LoadRunTest, RefusesOptionsThatMakeNoSense) {
  LoadOptions options = Options(net::Address::Ipv4Loopback(1), 1);
  options.workers = 2;
  EXPECT_EQ(RunLoad(options).status(), Check(options));
  options = Options(net::Address::Ipv4Loopback(1), 1);
  options.server.clear();
  EXPECT_EQ(RunLoad(options).status().message(), "there is no server to load");
}

}  // namespace
}  // namespace forklift::http::load
