// What each attack does to a server, as that sees it, and what becomes of it.
#include "forklift/http/load/attack.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"
#include "forklift/http/load/failure.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/shared_array.h"
#include "forklift/tests/http/load/scripted_server.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/full_listener.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using tests::ScriptedServer;

constexpr std::string_view kRequest = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n";
constexpr std::string_view kHead = "GET /a HTTP/1.1\r\nHost: b\r\n";

// A server that follows a script on its first connections, and ends the attack by SIGINT when there
// is the last one: where those before it are in one place of the attack, they have been counted.
class Victim {
 public:
  using Script = std::function<void(net::UniqueFd& connection, Victim& victim)>;

  explicit Victim(Script script, uint64_t last = 2)
      : script_(std::move(script)),
        last_(last),
        attacker_(::getpid()),
        shared_(Shared()),
        server_([this](net::UniqueFd& connection, ScriptedServer&) { OnConnection(connection); }) {}

  const net::Address& address() const { return server_.address(); }
  ScriptedServer& server() { return server_; }

  // For a script to tell, and for its test to be told.
  void Tell(uint64_t what) { shared_[1] = what; }
  uint64_t told() const { return shared_[1]; }

 private:
  static proc::SharedArray<std::atomic<uint64_t>> Shared() {
    auto shared = proc::SharedArray<std::atomic<uint64_t>>::Create(2);
    CHECK_OK(shared);
    return *std::move(shared);
  }

  void OnConnection(net::UniqueFd& connection) {
    const uint64_t number = ++shared_[0];
    if (number < last_) return script_(connection, *this);
    if (number == last_) ::kill(attacker_, SIGINT);
    ::pause();  // holds it, until it is killed with the server
  }

  const Script script_;
  const uint64_t last_;
  const pid_t attacker_;
  proc::SharedArray<std::atomic<uint64_t>> shared_;  // the number of connections, and what is told
  ScriptedServer server_;                            // last, as it uses the rest
};

AttackOptions Options(AttackKind kind, const net::Address& server) {
  return {.kind = kind,
          .server = {server},
          .request = std::string(kRequest),
          .connections = 1,
          .duration = tests::kPatience,
          .interval = absl::Milliseconds(1),
          .timeout = tests::kPatience};
}

AttackResult Attack(const AttackOptions& options) {
  const tests::Holdings before = tests::Holdings::Now();
  absl::StatusOr<AttackResult> result = RunAttack(options);
  CHECK_OK(result);
  EXPECT_EQ(tests::Holdings::Now(), before);
  EXPECT_EQ(result->held_for->count(), result->opened);
  return *std::move(result);
}

// The next `size` bytes; fewer where there are no more.
std::string ReceiveBytes(const net::UniqueFd& connection, size_t size) {
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const net::IoResult received =
        net::Receive(connection.get(), absl::MakeSpan(bytes).subspan(got),
                     net::Deadline::After(tests::kPatience));
    if (received.outcome != net::IoOutcome::kOk) break;
    got += received.bytes;
  }
  return bytes.substr(0, got);
}

void Answer(const net::UniqueFd& connection, int status) {
  tests::Send(connection, absl::StrCat("HTTP/1.1 ", status, " \r\nContent-Length: 0\r\n\r\n"));
}

// 400 says that the server has seen what it wanted to see, 500 that it has not.
void AnswerWhether(bool right, const net::UniqueFd& connection) {
  Answer(connection, right ? 400 : 500);
}

void ResetWhenClosed(const net::UniqueFd& connection) {
  CHECK_OK(net::SetLinger(connection.get(), absl::ZeroDuration()));
}

void ExpectOneOfTwoAnswered(const AttackResult& result, int status) {
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.opened, 2u);
  EXPECT_EQ(result.held, 1u);
  EXPECT_THAT(result.statuses, ElementsAre(Pair(status, 1u)));
  EXPECT_THAT(result.failures, IsEmpty());
  EXPECT_GT(result.received_bytes, 0u);
}

TEST(AttackTest, SlowHead) {
  const std::string seen = absl::StrCat(kHead, "X-a: b\r\nX-a: b\r\nX");
  Victim victim([&](net::UniqueFd& connection, Victim&) {
    AnswerWhether(ReceiveBytes(connection, seen.size()) == seen, connection);
  });
  const AttackResult result = Attack(Options(AttackKind::kSlowHead, victim.address()));
  ExpectOneOfTwoAnswered(result, 400);
  // A byte at the beginning, and no more than one each interval.
  EXPECT_GE(result.sent_bytes, seen.size());
  EXPECT_GE(result.elapsed, absl::Milliseconds(seen.size() - 1));
}

TEST(AttackTest, SlowBody) {
  Victim victim([](net::UniqueFd& connection, Victim&) {
    constexpr std::string_view kSeen =
        "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 1000000\r\n\r\naaa";
    AnswerWhether(ReceiveBytes(connection, kSeen.size()) == kSeen, connection);
  });
  const AttackResult result = Attack(Options(AttackKind::kSlowBody, victim.address()));
  ExpectOneOfTwoAnswered(result, 400);
  EXPECT_GE(result.elapsed, absl::Milliseconds(2));
}

TEST(AttackTest, SlowRead) {
  // Answers until there is no room for a further answer, and then loses its patience.
  Victim victim([](net::UniqueFd& connection, Victim& victim) {
    const std::string answer(16 * 1024, 'x');
    uint64_t sent = 0;
    while (victim.server().ReceiveRequest(connection)) {
      const net::IoResult result = net::TrySend(connection.get(), {answer});
      if (result.outcome == net::IoOutcome::kNotReady) victim.Tell(sent);
      if (result.outcome != net::IoOutcome::kOk) break;
      sent += result.bytes;
    }
    ResetWhenClosed(connection);
  });
  const AttackResult result = Attack(Options(AttackKind::kSlowRead, victim.address()));
  EXPECT_EQ(result.opened, 2u);
  EXPECT_THAT(result.failures, ElementsAre(Pair(Failure::kReset, 1u)));
  EXPECT_THAT(result.statuses, IsEmpty());
  EXPECT_GT(victim.told(), 0u);
  EXPECT_LT(result.received_bytes, victim.told());
  EXPECT_GT(victim.server().requests(), 1u);
  // A byte at the beginning, and no more than one each interval.
  EXPECT_LE(absl::Milliseconds(result.received_bytes), result.elapsed + absl::Milliseconds(1));
}

TEST(AttackTest, HalfClose) {
  Victim victim([](net::UniqueFd& connection, Victim&) {
    AnswerWhether(tests::ReceiveAll(connection) == kRequest.substr(0, kRequest.size() / 2),
                  connection);
  });
  ExpectOneOfTwoAnswered(Attack(Options(AttackKind::kHalfClose, victim.address())), 400);
}

TEST(AttackTest, Reset) {
  Victim victim([](net::UniqueFd& connection, Victim& victim) {
    victim.Tell(tests::ReceiveAll(connection) == absl::StrCat(kRequest, "<reset>") ? 1 : 2);
  });
  AttackOptions options = Options(AttackKind::kReset, victim.address());
  options.interval = absl::Milliseconds(20);
  const AttackResult result = Attack(options);
  EXPECT_TRUE(tests::Eventually([&] { return victim.told() != 0; }));
  EXPECT_EQ(victim.told(), 1u);
  EXPECT_GE(result.opened, 2u);
  EXPECT_EQ(result.reset_here, result.opened);
  EXPECT_EQ(result.sent_bytes, result.opened * kRequest.size());
  EXPECT_EQ(result.held, 0u);
  // At most one an interval.
  EXPECT_LE(options.interval * static_cast<double>(result.opened - 1), result.elapsed);
}

TEST(AttackTest, IdleIsHeldAsLongAsTheServerDoes) {
  Victim victim([](net::UniqueFd& connection, Victim&) { tests::ReceiveAll(connection); }, 3);
  AttackOptions options = Options(AttackKind::kIdle, victim.address());
  options.connections = 3;
  const AttackResult result = Attack(options);
  EXPECT_EQ(result.opened, 3u);
  EXPECT_EQ(result.held, 3u);
  EXPECT_EQ(result.sent_bytes, 0u);
  EXPECT_THAT(result.failures, IsEmpty());
}

// How a server may end a connection, and under which name that is counted.
struct Ending {
  const char* name;
  Failure failure;
  std::string_view answer;
  bool resets = false;
};

class EndingTest : public testing::TestWithParam<Ending> {};

INSTANTIATE_TEST_SUITE_P(
    Servers, EndingTest,
    testing::Values(Ending{"Closes", Failure::kClosed, ""},
                    Ending{"Resets", Failure::kReset, "", true},
                    Ending{"ClosesWithinTheHead", Failure::kShortResponse, "HTTP/1.1 408"},
                    Ending{"SpeaksSomethingElse", Failure::kBadResponse, "220 mail\r\n\r\n"}),
    [](const testing::TestParamInfo<Ending>& info) { return std::string(info.param.name); });

TEST_P(EndingTest, IsCountedUnderItsName) {
  Victim victim([](net::UniqueFd& connection, Victim&) {
    if (!GetParam().answer.empty()) tests::Send(connection, GetParam().answer);
    if (GetParam().resets) ResetWhenClosed(connection);
  });
  const AttackResult result = Attack(Options(AttackKind::kIdle, victim.address()));
  EXPECT_EQ(result.opened, 2u);
  EXPECT_THAT(result.failures, ElementsAre(Pair(GetParam().failure, 1u)));
  EXPECT_THAT(result.statuses, IsEmpty());
}

TEST(AttackTest, AnAnswerCountsHoweverTheConnectionEnds) {
  Victim victim([](net::UniqueFd& connection, Victim&) {
    Answer(connection, 503);
    ReceiveBytes(connection, kHead.size());  // by then the client has read, between two bytes
    ResetWhenClosed(connection);
  });
  ExpectOneOfTwoAnswered(Attack(Options(AttackKind::kSlowHead, victim.address())), 503);
}

TEST(AttackTest, ConnectsFromTheSources) {
  const net::Address source = *net::Address::Parse("127.0.0.2:0");
  Victim victim([&](net::UniqueFd& connection, Victim&) {
    AnswerWhether(net::Address::Peer(connection.get())->WithPort(0) == source, connection);
  });
  AttackOptions options = Options(AttackKind::kIdle, victim.address());
  options.sources = {source};
  ExpectOneOfTwoAnswered(Attack(options), 400);
}

TEST(AttackTest, NobodyListens) {
  const net::Address address = [] {
    const Victim gone([](net::UniqueFd&, Victim&) {});
    return gone.address();
  }();
  AttackOptions options = Options(AttackKind::kIdle, address);
  options.connections = 3;
  options.duration = absl::Milliseconds(30);
  const AttackResult result = Attack(options);
  EXPECT_FALSE(result.interrupted);
  EXPECT_GE(result.elapsed, options.duration);
  EXPECT_EQ(result.opened, 0u);
  ASSERT_THAT(result.failures, ElementsAre(Pair(Failure::kRefused, testing::Ge(3u))));
}

// Nobody answers who connects, over either kind of socket.
class FullBacklogTest : public testing::TestWithParam<const char*> {
 protected:
  FullBacklogTest() {
    PCHECK(::mkdtemp(folder_) != nullptr);
    server_.emplace(std::string_view(GetParam()) == "Unix"
                        ? *net::Address::Parse(absl::StrCat("unix:", folder_, "/socket"))
                        : net::Address::Ipv4Loopback(0));
  }
  ~FullBacklogTest() override {
    server_.reset();
    EXPECT_EQ(::rmdir(folder_), 0);
  }

  char folder_[26] = "/tmp/forklift-full-XXXXXX";  // short enough for a Unix path
  std::optional<tests::FullListener> server_;
};

INSTANTIATE_TEST_SUITE_P(Sockets, FullBacklogTest, testing::Values("Tcp", "Unix"),
                         [](const testing::TestParamInfo<const char*>& info) {
                           return std::string(info.param);
                         });

TEST_P(FullBacklogTest, TimesOutAndTriesAgain) {
  AttackOptions options = Options(AttackKind::kIdle, server_->address());
  options.timeout = absl::Milliseconds(5);
  options.duration = absl::Milliseconds(200);
  const AttackResult result = Attack(options);
  EXPECT_EQ(result.opened, 0u);
  EXPECT_THAT(result.failures, ElementsAre(Pair(Failure::kConnectTimeout, testing::Ge(1u))));
}

TEST_P(FullBacklogTest, WhatIsNotConnectedByTheEndIsCounted) {
  AttackOptions options = Options(AttackKind::kIdle, server_->address());
  options.connections = 2;
  options.duration = absl::Milliseconds(20);
  const AttackResult result = Attack(options);
  EXPECT_EQ(result.connecting, 2u);
  EXPECT_THAT(result.failures, IsEmpty());
}

TEST(AttackTest, WhatMakesNoSenseIsRefused) {
  AttackOptions options = Options(AttackKind::kIdle, net::Address::Ipv4Loopback(1));
  options.connections = 0;
  EXPECT_EQ(RunAttack(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.connections = 1;
  options.server.clear();
  EXPECT_EQ(RunAttack(options).status().message(), "there is no server to attack");
}

}  // namespace
}  // namespace forklift::http::load
