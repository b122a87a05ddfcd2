// The test client's attacks on the server: it ends each connection in time, and answers others as
// before.
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/client_run.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/json.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// The number at the end of some names; 0 where there is none.
double Number(const Json& json, const std::vector<std::string_view>& names) {
  const Json* found = &json;
  for (const std::string_view name : names) {
    found = found->Find(name);
    if (found == nullptr) return 0;
  }
  return found->number;
}

struct Kind {
  const char* attack;
  // Where the number of connections is that ended as they should.
  std::vector<std::string_view> ended;

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.attack; }
};

const std::vector<Kind> kKinds = {
    {"slow-head", {"status_codes", "408"}},  {"slow-body", {"status_codes", "408"}},
    {"slow-read", {"failures", "reset"}},    {"idle", {"failures", "closed"}},
    {"half-close", {"status_codes", "400"}}, {"reset", {"connections_reset_here"}},
};

class AttackTest : public testing::TestWithParam<std::tuple<const char*, Kind>> {};

INSTANTIATE_TEST_SUITE_P(Models, AttackTest,
                         testing::Combine(testing::Values("event", "fork"),
                                          testing::ValuesIn(kKinds)),
                         [](const testing::TestParamInfo<AttackTest::ParamType>& info) {
                           return absl::StrCat(
                               std::get<0>(info.param), "_",
                               absl::StrReplaceAll(std::get<1>(info.param).attack, {{"-", "_"}}));
                         });

TEST_P(AttackTest, EachConnectionIsEndedAndOthersAreServed) {
  const auto& [model, kind] = GetParam();
  RunningServer server({absl::StrCat("--model=", model), "--access-log=off",
                        "--header-timeout=300ms", "--body-timeout=300ms", "--write-timeout=300ms",
                        "--keep-alive=300ms", "--keep-alive-requests=1000000000"});
  const Json attack =
      RunClientForJson({absl::StrCat("--attack=", kind.attack), "--connections=5", "--duration=3s",
                        "--attack-interval=20ms", server.Url("/hello")});
  const double opened = Number(attack, {"connections_opened"});
  const double held = Number(attack, {"connections_held"});
  const double ended = Number(attack, kind.ended);
  EXPECT_GE(opened, 5);
  EXPECT_LE(held, 5);
  // None in another way, and none was held from the beginning to the end.
  EXPECT_EQ(ended + held, opened);
  EXPECT_LT(Number(attack, {"held_for", "max"}), Number(attack, {"duration"}) * 0.9);
  EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  EXPECT_TRUE(server.HasNoConnections());
  EXPECT_EQ(server.Stop(), 0);
}

TEST(AttackClientTest, OverAUnixSocketForAPerson) {
  char folder[] = "/tmp/forklift-attack-XXXXXX";  // short enough for a Unix path
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  TestProcess server({ServerBinary(), "--model=event", "--access-log=off", "--header-timeout=1h",
                      "--keep-alive=1h", absl::StrCat("--bind=unix:", path)});
  EXPECT_THAT(server.ReadLine(), HasSubstr(path));
  const Finished client = RunClient({"--attack=idle", "-c3", "-d200ms", "--attack-interval=1h",
                                     "--unix-socket", path, "http://localhost/"});
  EXPECT_EQ(client.status.code(), 0) << client.error;
  EXPECT_EQ(client.error, "");
  EXPECT_THAT(client.output,
              StartsWith("http://localhost/\nattack: idle; 3 connections; a step every 3600 s\n"));
  EXPECT_THAT(client.output, HasSubstr("  still open     3\n"));
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().code(), 0);
  EXPECT_EQ(::rmdir(folder), 0);
}

TEST(AttackClientTest, InterruptedItTellsWhatThereIs) {
  RunningServer server({"--model=event", "--access-log=off", "--keep-alive=1h"});
  TestProcess client(ClientCommand({"--attack=idle", "-d1h", "--output=json", server.Url("/")}));
  ASSERT_TRUE(Eventually([&] { return CatchesSignal(client.pid(), SIGINT); }));
  client.Signal(SIGINT);
  const std::optional<Json> json = ParseJson(client.ReadAll());
  ASSERT_TRUE(json);
  EXPECT_TRUE(json->Find("interrupted")->boolean);
  client.Wait();
}

// 0.0.0.0 leads to this machine, but is no address of the loopback.
TEST(AttackClientTest, ElsewhereOnlyWithItsOwnersWord) {
  RunningServer server({"--model=event", "--access-log=off"});
  const std::string url = absl::StrCat("http://0.0.0.0:", server.address().port(), "/");
  const Finished refused = RunClient({"--attack=idle", "-d50ms", url});
  EXPECT_EQ(refused.status.code(), 2);
  EXPECT_EQ(refused.output, "");
  EXPECT_EQ(refused.error,
            absl::StrCat("test_client: --attack is for the loopback and for Unix sockets, and "
                         "0.0.0.0:",
                         server.address().port(),
                         " is neither: add --i-own-this-server where it is yours; nothing was "
                         "sent\n"));
  EXPECT_EQ(RunClient({"--attack=idle", "-d50ms", "--i-own-this-server", url}).status.code(), 0);
}

TEST(AttackClientTest, NobodyListens) {
  uint16_t port;
  {
    RunningServer server;
    port = server.address().port();
    EXPECT_EQ(server.Stop(), 0);
  }
  const Finished client = RunClient({"--attack=idle", absl::StrCat("http://127.0.0.1:", port)});
  EXPECT_EQ(client.status.code(), 1);
  EXPECT_EQ(client.output, "");
  EXPECT_THAT(client.error, HasSubstr("Connection refused (ECONNREFUSED)"));
}

TEST(AttackClientTest, UsageThatMakesNoSense) {
  const std::vector<std::vector<std::string>> commands = {
      {"--attack=rude"},
      {"-n5"},
      {"-R5"},
      {"--workers=2"},
      {"--pipeline=2"},
      {"--no-keepalive"},
      {"--max-conns=5"},
      {"--warmup=1s"},
      {"--stages=1s:5"},
      {"--expect-status=200"},
      {"--threshold=p99<1s"},
      {"--search-max=p99<1s"},
      {"--body=a"},
      {"--output=csv"},
      {absl::StrCat("--html=", testing::TempDir(), "/a.html")},
      {"--nonce=X-Nonce"},
      {"--attack-interval=0s"},
      {"-d48h"},
      {"-c0"},
      {"http://127.0.0.1/b"}};
  for (const std::vector<std::string>& command : commands) {
    std::vector<std::string> arguments = {"--attack=idle", "http://127.0.0.1/a"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const Finished client = RunClient(arguments);
    EXPECT_EQ(client.status.code(), 2) << command[0] << ": " << client.error;
    EXPECT_EQ(std::count(client.error.begin(), client.error.end(), '\n'), 1) << client.error;
    EXPECT_THAT(client.error, StartsWith("test_client: "));
  }
}

}  // namespace
}  // namespace forklift::tests
